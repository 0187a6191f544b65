//! Conversations of one consumer with the session cache.

use super::*;
use std::time::Duration;

fn key(partition: i32) -> Key {
    Key { topic_id: Uuid::from_low(9), topic: String::new(), partition }
}

fn wanted(fetch_offset: i64) -> Wanted {
    Wanted {
        fetch_offset,
        current_leader_epoch: -1,
        last_fetched_epoch: -1,
        log_start_offset: -1,
        partition_bytes_max: 1 << 20,
    }
}

fn told(high_watermark: i64, has_records: bool) -> Told {
    Told {
        error: ErrorCode::None,
        has_records,
        high_watermark,
        log_start_offset: 0,
        has_hint: false,
    }
}

fn incoming(session_id: i32, epoch: i32, partitions: &[(i32, i64)]) -> Incoming {
    Incoming {
        session_id,
        epoch,
        uses_topic_ids: true,
        partitions: partitions.iter().map(|&(p, offset)| (key(p), wanted(offset))).collect(),
        forgotten: Vec::new(),
    }
}

fn at(seconds: u64) -> MonoTime {
    MonoTime::default() + Duration::from_secs(seconds)
}

/// Opens a session on `partitions` with high watermark 5 everywhere; its id.
fn open(sessions: &mut Sessions, seconds: u64, partitions: &[i32]) -> i32 {
    let wants: Vec<_> = partitions.iter().map(|&p| (p, 0)).collect();
    let Plan::Read { partitions, kind } = sessions.begin(at(seconds), incoming(0, 0, &wants))
    else {
        panic!("a full fetch is never refused")
    };
    let answers: Vec<_> = partitions.into_iter().map(|(k, w)| (k, w, told(5, false))).collect();
    let mut draws = 100 + seconds;
    let (id, sent) = sessions.finish(at(seconds), &kind, true, &answers, || {
        draws += 1;
        draws
    });
    assert!(sent.iter().all(|&s| s));
    id
}

/// One incremental fetch; the partitions read, in order, and those told.
fn fetch(
    sessions: &mut Sessions,
    id: i32,
    epoch: i32,
    changed: &[(i32, i64)],
    answer: impl Fn(i32) -> Told,
) -> (Vec<i32>, Vec<i32>) {
    let Plan::Read { partitions, kind } = sessions.begin(at(1), incoming(id, epoch, changed))
    else {
        panic!("refused")
    };
    let read: Vec<i32> = partitions.iter().map(|(k, _)| k.partition).collect();
    let answers: Vec<_> =
        partitions.into_iter().map(|(k, w)| (k.clone(), w, answer(k.partition))).collect();
    let (_, sent) = sessions.finish(at(1), &kind, true, &answers, || 1);
    let told = read.iter().zip(sent).filter(|(_, sent)| *sent).map(|(p, _)| *p).collect();
    (read, told)
}

#[test]
fn only_news_is_told_and_busy_partitions_go_last() {
    let mut sessions = Sessions::new(10);
    let id = open(&mut sessions, 0, &[0, 1, 2]);
    assert_ne!(id, 0);
    let quiet = |_| told(5, false);
    assert_eq!(fetch(&mut sessions, id, 1, &[], quiet), (vec![0, 1, 2], vec![]));
    let busy = |p| told(if p == 0 { 6 } else { 5 }, p == 0);
    assert_eq!(fetch(&mut sessions, id, 2, &[], busy), (vec![0, 1, 2], vec![0]));
    assert_eq!(fetch(&mut sessions, id, 3, &[(0, 6)], busy), (vec![1, 2, 0], vec![0]));
}

#[test]
fn an_error_is_told_each_time_and_its_end_is_news() {
    let mut sessions = Sessions::new(10);
    let id = open(&mut sessions, 0, &[0]);
    let broken = |_| Told { error: ErrorCode::NotLeaderOrFollower, ..told(-1, false) };
    assert_eq!(fetch(&mut sessions, id, 1, &[], broken).1, [0]);
    assert_eq!(fetch(&mut sessions, id, 2, &[], broken).1, [0]);
    assert_eq!(fetch(&mut sessions, id, 3, &[], |_| told(5, false)).1, [0]);
    assert_eq!(fetch(&mut sessions, id, 4, &[], |_| told(5, false)).1, [0; 0]);
}

#[test]
fn wrong_session_or_epoch_is_refused() {
    let mut sessions = Sessions::new(10);
    let id = open(&mut sessions, 0, &[0]);
    let refuse =
        |sessions: &mut Sessions, id, epoch| sessions.begin(at(1), incoming(id, epoch, &[]));
    assert_eq!(refuse(&mut sessions, id + 1, 1), Plan::Refuse(ErrorCode::FetchSessionIdNotFound));
    assert_eq!(refuse(&mut sessions, id, 2), Plan::Refuse(ErrorCode::InvalidFetchSessionEpoch));
    let names = Incoming { uses_topic_ids: false, ..incoming(id, 1, &[]) };
    assert_eq!(sessions.begin(at(1), names), Plan::Refuse(ErrorCode::FetchSessionTopicIdError));
}

#[test]
fn final_epoch_closes_and_forgetting_everything_closes_too() {
    let mut sessions = Sessions::new(10);
    let id = open(&mut sessions, 0, &[0]);
    let plan = sessions.begin(at(1), incoming(id, FINAL_EPOCH, &[(0, 0)]));
    assert!(matches!(plan, Plan::Read { kind: Kind::Sessionless, .. }));
    assert_eq!(sessions.len(), 0);
    let id = open(&mut sessions, 1, &[0]);
    let forget = Incoming { forgotten: vec![key(0)], ..incoming(id, 1, &[]) };
    assert!(matches!(sessions.begin(at(1), forget), Plan::Read { kind: Kind::Sessionless, .. }));
    assert_eq!(sessions.len(), 0);
}

#[test]
fn a_full_cache_evicts_only_the_idle_or_the_smaller() {
    let mut sessions = Sessions::new(1);
    let first = open(&mut sessions, 0, &[0, 1]);
    assert_eq!(open(&mut sessions, 60, &[0, 1, 2]), 0, "the first is still fresh");
    assert_eq!(open(&mut sessions, 119, &[0]), 0);
    let second = open(&mut sessions, 121, &[0]);
    assert_ne!(second, 0, "the first was idle for two minutes");
    assert_ne!(second, first);
    assert_eq!(sessions.partitions(), 1);
}
