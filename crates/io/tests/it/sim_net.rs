//! The simulated network.

use std::io;
use std::time::Duration;

use ottla_io::sim::{Faults, World};
use ottla_io::{Io, Listener, Open, Stream};

use crate::echo;

const MINUTE: Duration = Duration::from_secs(60);

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 + i / 251) as u8).collect()
}

/// A connection between two nodes, and the listener it came through.
async fn connected(a: &Io, b: &Io) -> (Stream, Stream, Listener) {
    let listener = b.listen("0.0.0.0", 9092).await.unwrap();
    let opened = a.connect("b", 9092).await.unwrap();
    let (accepted, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, opened.local_addr());
    assert_eq!(accepted.local_addr(), opened.peer_addr());
    (opened, accepted, listener)
}

#[test]
fn an_echo_server_returns_what_it_got() {
    for seed in 0..50 {
        let faults = Faults { reset_per_million: 0, ..Faults::from_seed(seed) };
        let world = World::with_faults(seed, faults);
        let (server, client) = (world.node("server"), world.node("client"));
        let asked = world.run(60 * MINUTE, async {
            let listener = server.listen("server", 9092).await.unwrap();
            echo::serve(&server, listener);
            let message = pattern(50_000);
            let answer = echo::ask(&client, "server", 9092, message.clone()).await.unwrap();
            assert!(answer == message);
        });
        asked.unwrap_or_else(|stuck| panic!("seed {seed}: {stuck}"));
    }
}

#[test]
fn send_file_reads_the_simulated_file() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    let got = world.run(MINUTE, async {
        let (opened, accepted, _listener) = connected(&a, &b).await;
        let (mut reader, _writer) = opened.split();
        b.spawn("send", {
            let file = b.disk().open("segment", Open::Create).unwrap();
            file.write_at(0, &pattern(500_000)).unwrap();
            async move {
                let (_reader, mut writer) = accepted.split();
                writer.write_all_with_more(b"head").await.unwrap();
                writer.send_file(&file, 1000, 400_000).await.unwrap();
                let beyond = writer.send_file(&file, 499_999, 2).await.unwrap_err();
                assert_eq!(beyond.kind(), io::ErrorKind::UnexpectedEof);
            }
        });
        let mut got = Vec::new();
        while reader.read(&mut got, 10_000).await.unwrap() > 0 {}
        got
    });
    let pattern = pattern(500_000);
    assert!(got.unwrap() == [b"head", &pattern[1000..401_000], &pattern[499_999..]].concat());
}

#[test]
fn nobody_listening_refuses_and_nobody_there_is_silent() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(MINUTE, async {
            let kind = |result: io::Result<Stream>| result.unwrap_err().kind();
            assert_eq!(kind(a.connect("b", 1).await), io::ErrorKind::ConnectionRefused);
            assert_eq!(kind(a.connect("nobody", 1).await), io::ErrorKind::NotFound);
            let local = b.listen("localhost", 9092).await.unwrap();
            assert_eq!(kind(a.connect("b", 9092).await), io::ErrorKind::ConnectionRefused);
            assert!(b.connect("127.0.0.1", 9092).await.is_ok());
            assert_eq!(b.listen("", 9092).await.unwrap_err().kind(), io::ErrorKind::AddrInUse);
            drop(local);
            assert!(b.listen("", 9092).await.is_ok());
            world.crash("b");
            let start = a.now().mono;
            assert_eq!(kind(a.connect("b", 9092).await), io::ErrorKind::TimedOut);
            assert!(a.now().mono.since(start) >= Duration::from_secs(20));
        })
        .unwrap();
}

#[test]
fn a_cut_delays_and_a_long_cut_ends_the_connection() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(10 * MINUTE, async {
            let (opened, accepted, _listener) = connected(&a, &b).await;
            let (_reader, mut writer) = opened.split();
            let (mut reader, _writer) = accepted.split();
            let mut got = Vec::new();
            world.partition("a", "b");
            writer.write_all(b"late").await.unwrap();
            let read = b.timeout(Duration::from_secs(5), reader.read(&mut got, 10)).await;
            assert!(read.is_none());
            world.heal("a", "b");
            let read = b.timeout(Duration::from_secs(10), reader.read(&mut got, 10)).await;
            assert_eq!((read.unwrap().unwrap(), got.as_slice()), (4, b"late".as_slice()));
            world.cut_one_way("a", "b");
            writer.write_all(b"lost").await.unwrap();
            a.sleep(MINUTE).await;
            let error = writer.write_all(b"more").await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        })
        .unwrap();
}

#[test]
fn after_a_power_cut_the_peer_notices_only_when_it_speaks() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(MINUTE, async {
            let (opened, accepted, listener) = connected(&a, &b).await;
            let (mut reader, mut writer) = opened.split();
            world.restart("b");
            drop((accepted, listener));
            let mut got = Vec::new();
            let read = a.timeout(Duration::from_secs(5), reader.read(&mut got, 10)).await;
            assert!(read.is_none(), "half open: {read:?}");
            writer.write_all(b"hello?").await.unwrap();
            let read = reader.read(&mut got, 10).await.unwrap_err();
            assert_eq!(read.kind(), io::ErrorKind::ConnectionReset);
        })
        .unwrap();
}

#[test]
fn a_killed_process_closes_its_connections() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(MINUTE, async {
            let (opened, accepted, _listener) = connected(&a, &b).await;
            let (mut reader, _writer) = opened.split();
            let (_reader, mut writer) = accepted.split();
            writer.write_all(b"last words").await.unwrap();
            world.kill("b");
            let mut got = Vec::new();
            while reader.read(&mut got, 100).await.unwrap() > 0 {}
            assert_eq!(got, b"last words");
            assert!(world.node("b").listen("", 9092).await.is_ok());
        })
        .unwrap();
}

#[test]
fn closing_with_unread_bytes_resets() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(MINUTE, async {
            let (mut opened, accepted, _listener) = connected(&a, &b).await;
            opened.halves().1.write_all(b"unread").await.unwrap();
            b.sleep(Duration::from_secs(1)).await;
            drop(accepted);
            let read = opened.halves().0.read(&mut Vec::new(), 1).await.unwrap_err();
            assert_eq!(read.kind(), io::ErrorKind::ConnectionReset);
        })
        .unwrap();
}

#[test]
fn a_writer_waits_for_a_reader() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(MINUTE, async {
            let (opened, accepted, _listener) = connected(&a, &b).await;
            let (_reader, mut writer) = opened.split();
            let (mut reader, _writer) = accepted.split();
            let sending =
                a.spawn("send", async move { writer.write_all(&pattern(1 << 20)).await.unwrap() });
            a.sleep(Duration::from_secs(5)).await;
            assert!(!sending.is_finished());
            let mut got = Vec::new();
            while reader.read(&mut got, 1 << 16).await.unwrap() > 0 {}
            assert!(sending.is_finished() && got == pattern(1 << 20));
        })
        .unwrap();
}

#[test]
fn nobody_sends_again_what_a_node_without_power_had_sent_into_a_cut() {
    let world = World::new(1);
    let (a, b) = (world.node("a"), world.node("b"));
    world
        .run(MINUTE, async {
            let (opened, accepted, _listener) = connected(&a, &b).await;
            let (mut reader, _writer) = opened.split();
            let (_reader, mut writer) = accepted.split();
            world.partition("a", "b");
            writer.write_all(b"lost with its sender").await.unwrap();
            b.sleep(Duration::from_secs(1)).await;
            world.restart("b");
            world.heal("a", "b");
            let mut got = Vec::new();
            let read = a.timeout(Duration::from_secs(30), reader.read(&mut got, 10)).await;
            assert!(read.is_none(), "{read:?}");
        })
        .unwrap();
}
