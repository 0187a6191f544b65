//! What a replica does with what it is told.

use alloc::vec::Vec;

use ottla_model::ErrorCode;

use crate::{Acks, Leadership, Replica, Role};

fn leadership(leader: i32, leader_epoch: i32, isr: &[i32]) -> Leadership {
    let replicas = Vec::from([1, 2, 3]);
    Leadership { leader, leader_epoch, partition_epoch: leader_epoch, replicas, isr: isr.into() }
}

#[test]
fn a_lone_leader_holds_everything_it_has_safe() {
    let mut replica = Replica::new(1, 4);
    assert!(replica.become_as(leadership(1, 0, &[1]), 10));
    assert_eq!((replica.role(), replica.high_watermark()), (Role::Leader, 10));
    assert!(replica.log_end_moved(12));
    assert!(!replica.log_end_moved(12));
    assert_eq!(replica.high_watermark(), 12);
}

#[test]
fn with_followers_in_sync_the_slowest_counts() {
    let mut replica = Replica::new(1, 4);
    replica.become_as(leadership(1, 0, &[1, 2, 3]), 10);
    assert_eq!(replica.high_watermark(), 4);
    assert!(!replica.follower_fetched(2, 9, 10));
    assert!(replica.follower_fetched(3, 7, 10));
    assert_eq!(replica.high_watermark(), 7);
    assert!(!replica.become_as(leadership(1, 0, &[1, 2]), 10));
    assert_eq!(replica.high_watermark(), 9);
}

#[test]
fn a_follower_believes_its_leader_as_far_as_its_log_goes() {
    let mut replica = Replica::new(1, 0);
    assert!(!replica.become_as(leadership(2, 3, &[1, 2]), 5));
    assert_eq!(replica.role(), Role::Follower);
    assert!(replica.leader_told(9, 5));
    assert_eq!(replica.high_watermark(), 5);
    assert_eq!(replica.check_append(Acks::Leader, 1), Err(ErrorCode::NotLeaderOrFollower));
}

#[test]
fn epochs_of_requests_are_judged_before_leadership() {
    let mut replica = Replica::new(1, 0);
    assert_eq!(replica.check_epoch(None, false), Err(ErrorCode::NotLeaderOrFollower));
    replica.become_as(leadership(2, 3, &[2]), 0);
    for (epoch, leader_needed, expected) in [
        (None, false, Ok(())),
        (None, true, Err(ErrorCode::NotLeaderOrFollower)),
        (Some(2), true, Err(ErrorCode::FencedLeaderEpoch)),
        (Some(4), true, Err(ErrorCode::UnknownLeaderEpoch)),
        (Some(3), true, Err(ErrorCode::NotLeaderOrFollower)),
        (Some(3), false, Ok(())),
    ] {
        assert_eq!(replica.check_epoch(epoch, leader_needed), expected, "{epoch:?}");
    }
}

#[test]
fn acks_all_needs_enough_replicas_in_sync() {
    let mut replica = Replica::new(1, 0);
    replica.become_as(leadership(1, 0, &[1]), 0);
    assert_eq!(replica.check_append(Acks::All, 1), Ok(()));
    assert_eq!(replica.check_append(Acks::All, 2), Err(ErrorCode::NotEnoughReplicas));
    assert_eq!(replica.check_append(Acks::Leader, 2), Ok(()));
    replica.become_as(leadership(1, 1, &[1, 2, 3]), 0);
    assert_eq!(replica.check_append(Acks::All, 9), Ok(()), "no more than there are replicas");
}

#[test]
fn old_metadata_changes_nothing() {
    let mut replica = Replica::new(1, 0);
    replica.become_as(leadership(1, 5, &[1]), 0);
    assert!(!replica.become_as(leadership(2, 4, &[2]), 0));
    assert_eq!((replica.role(), replica.leader_epoch()), (Role::Leader, 5));
    replica.go_offline();
    assert_eq!(replica.check_append(Acks::None, 1), Err(ErrorCode::NotLeaderOrFollower));
    assert!(replica.become_as(leadership(1, 5, &[1]), 0), "and back");
}

#[test]
fn the_acks_of_a_request() {
    assert_eq!(Acks::from_wire(-1), Ok(Acks::All));
    assert_eq!(Acks::from_wire(0), Ok(Acks::None));
    assert_eq!(Acks::from_wire(1), Ok(Acks::Leader));
    assert_eq!(Acks::from_wire(2), Err(ErrorCode::InvalidRequiredAcks));
}
