//! The first steps: sends ten records to a topic, waits until they are safe, and reads them back.
//!   cargo run -p ottla-client --example send_and_read -- 127.0.0.1:9092 greetings

use std::time::Duration;

use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_client::{Consumer, Producer, ProducerRecord};
use ottla_io::Io;

#[allow(clippy::disallowed_methods, reason = "an example reads its arguments itself")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let servers = args.first().map_or("127.0.0.1:9092", String::as_str).to_owned();
    let topic = args.get(1).map_or("greetings", String::as_str).to_owned();
    // Inside another tokio runtime, `Io::os()` is all that is needed.
    let ended = ottla_io::run_os(2, |io| async move {
        send(&io, &servers, &topic).await?;
        read(&io, &servers, &topic).await
    });
    if let Err(error) = ended {
        eprintln!("{error}\n{}", error.advice());
        std::process::exit(1);
    }
}

async fn send(io: &Io, servers: &str, topic: &str) -> ottla_client::Result<()> {
    let producer = Producer::new(io.clone(), ProducerSettings::new(servers)?)?;
    let mut deliveries = Vec::new();
    for number in 0..10 {
        // Records with the same key go to the same partition, in order.
        let record = ProducerRecord::new(topic, format!("hello {number}"));
        deliveries.push(producer.send(record.key(format!("key-{}", number % 3))).await?);
    }
    for delivery in deliveries {
        let metadata = delivery.await?;
        println!("sent {}-{} @ {:?}", metadata.topic, metadata.partition, metadata.offset);
    }
    println!("{} requests", producer.metrics().request_total);
    producer.close(Duration::from_secs(10)).await;
    Ok(())
}

async fn read(io: &Io, servers: &str, topic: &str) -> ottla_client::Result<()> {
    let settings = ConsumerSettings::from_properties([
        ("bootstrap.servers", servers),
        ("group.id", "send-and-read"),
        ("auto.offset.reset", "earliest"),
    ])?;
    let mut consumer = Consumer::new(io.clone(), settings)?;
    consumer.subscribe([topic])?;
    let mut count = 0;
    while count < 10 {
        let Some(record) = consumer.next().await.transpose()? else { break };
        let value = record.value.as_deref().map(String::from_utf8_lossy);
        println!("read {}-{} @ {}: {value:?}", record.topic, record.partition, record.offset);
        count += 1;
    }
    // Commits what was read, leaves the group, and waits for both.
    consumer.close(Duration::from_secs(10)).await;
    Ok(())
}
