//! An echo server and its client, written once against `Io`.

use std::io;

use ottla_io::{Io, Listener, Stream, Task};

/// Sends back whatever arrives, on every connection, until its task is aborted.
pub(crate) fn serve(io: &Io, listener: Listener) -> Task {
    let inner = io.clone();
    io.spawn("echo-accept", async move {
        while let Ok((stream, _peer)) = listener.accept().await {
            inner.spawn("echo-connection", async move {
                let _ = echo(stream).await;
            });
        }
    })
}

async fn echo(stream: Stream) -> io::Result<()> {
    let (mut reader, mut writer) = stream.split();
    let mut buffer = Vec::new();
    while reader.read(&mut buffer, usize::MAX).await? > 0 {
        writer.write_all(&buffer).await?;
        buffer.clear();
    }
    writer.shutdown().await
}

/// Sends `message` in a task of its own while reading, ends the stream, and returns what came back.
pub(crate) async fn ask(io: &Io, host: &str, port: u16, message: Vec<u8>) -> io::Result<Vec<u8>> {
    let (mut reader, mut writer) = io.connect(host, port).await?.split();
    let sending = io.spawn("echo-send", async move {
        if writer.write_all(&message).await.is_ok() {
            let _ = writer.shutdown().await;
        }
    });
    let mut answer = Vec::new();
    while reader.read(&mut answer, 64 << 10).await? > 0 {}
    let _ = sending.join().await;
    Ok(answer)
}
