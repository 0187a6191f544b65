//! Sockets, tasks and timers of the operating system.

use std::io;
use std::time::Duration;

use ottla_io::{Io, Open, SocketOptions, TaskError, run_os};

use crate::echo;
use crate::temp_dir::TempDir;

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 + i / 251) as u8).collect()
}

#[test]
fn an_echo_server_returns_what_it_got() {
    run_os(2, |io| async move {
        let listener = io.listen("127.0.0.1", 0).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = echo::serve(&io, listener);
        let message = pattern(3 << 20);
        assert!(echo::ask(&io, "localhost", port, message.clone()).await.unwrap() == message);
        server.abort();
        assert_eq!(server.join().await, Err(TaskError::Aborted));
    });
}

/// Connects to itself, lets `send` write on one side, and returns all that the other side read.
async fn received<F: Future<Output = ()> + Send + 'static>(
    io: &Io,
    send: impl FnOnce(ottla_io::WriteHalf) -> F,
) -> Vec<u8> {
    let options = SocketOptions {
        backlog: Some(5),
        send_buffer_bytes: Some(32 << 10),
        receive_buffer_bytes: Some(32 << 10),
    };
    let listener = io.listen_with("127.0.0.1", 0, options).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let stream = io.connect_with("127.0.0.1", port, options).await.unwrap();
    let (other, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, stream.local_addr());
    assert_eq!(other.peer_addr(), peer);
    let (_reader, writer) = stream.split();
    io.spawn("send", send(writer));
    let (mut reader, _writer) = other.split();
    let mut all = Vec::new();
    while reader.read(&mut all, 100_000).await.unwrap() > 0 {}
    all
}

#[test]
fn send_file_moves_the_range_behind_the_header() {
    let dir = TempDir::new();
    run_os(2, |io| async move {
        let content = pattern(1 << 20);
        let file = io.disk().open(dir.path("segment"), Open::Create).unwrap();
        file.write_at(0, &content).unwrap();
        let got = received(&io, |mut writer| async move {
            writer.write_all_with_more(b"header").await.unwrap();
            writer.send_file(&file, 1000, 700_000).await.unwrap();
            writer.write_all(b"tail").await.unwrap();
        })
        .await;
        assert!(got == [b"header", &content[1000..701_000], b"tail"].concat());
    });
}

#[test]
fn send_file_past_the_end_is_an_error_that_names_the_file() {
    let dir = TempDir::new();
    run_os(2, |io| async move {
        let file = io.disk().open(dir.path("short"), Open::Create).unwrap();
        file.write_at(0, b"0123456789").unwrap();
        let got = received(&io, |mut writer| async move {
            let error = writer.send_file(&file, 4, 7).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
            assert!(error.to_string().contains("short"), "{error}");
        })
        .await;
        assert_eq!(got, b"456789");
    });
}

#[test]
fn vectored_writes_arrive_in_order_however_many() {
    run_os(2, |io| async move {
        let content = pattern(500_000);
        let expected = content.clone();
        let got = received(&io, |mut writer| async move {
            let parts: Vec<&[u8]> = content.chunks(101).collect();
            writer.write_all_vectored(&parts).await.unwrap();
        })
        .await;
        assert!(got == expected);
    });
}

#[test]
fn errors_name_the_address() {
    run_os(1, |io| async move {
        let listener = io.listen("127.0.0.1", 0).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = io.listen("127.0.0.1", port).await.unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        assert!(taken.to_string().starts_with(&format!("listen on 127.0.0.1:{port}: ")));
        drop(listener);
        let refused = io.connect("127.0.0.1", port).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        assert!(refused.to_string().starts_with(&format!("connect to 127.0.0.1:{port}: ")));
    });
}

#[test]
fn timeouts_timers_and_blocking_work() {
    run_os(1, |io| async move {
        let start = io.now().mono;
        assert_eq!(io.timeout(Duration::from_millis(5), std::future::pending::<()>()).await, None);
        assert_eq!(io.timeout(Duration::from_secs(60), async { 7 }).await, Some(7));
        assert!(io.now().mono.since(start) >= Duration::from_millis(5));
        assert_eq!(io.blocking(|| 6 * 7).await, 42);
        assert_eq!(io.flushing(|| "synced").await, "synced");
        let failing = io.spawn("failing", async { panic!("on purpose") });
        assert_eq!(failing.join().await, Err(TaskError::Panicked));
        assert_ne!(io.random_uuid(), io.random_uuid());
    });
}

#[test]
fn a_signal_between_two_waits_is_seen_by_the_second() {
    use rustix::process::{Signal, getpid, kill_process};
    run_os(1, |io| async move {
        assert_eq!(io.timeout(Duration::from_millis(1), io.shutdown_signal()).await, None);
        kill_process(getpid(), Signal::TERM).unwrap();
        assert_eq!(io.shutdown_signal().await, ottla_io::ShutdownSignal::Terminate);
        kill_process(getpid(), Signal::INT).unwrap();
        io.sleep(Duration::from_millis(20)).await;
        assert_eq!(io.shutdown_signal().await, ottla_io::ShutdownSignal::Interrupt);
    });
}
