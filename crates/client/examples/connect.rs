//! Connects as the settings say, writes records, reads them back, and prints `ok`, or what is wrong
//! and what to do about it. With HOLD_SECONDS in the environment it goes on asking for that long.
//!   connect KEY=VALUE ..      Java's names; a value `@FILE` is the content of the file

use std::time::Duration;

use ottla_client::admin::NewTopic;
use ottla_client::consumer::ConsumerHandle;
use ottla_client::settings::{AdminSettings, ConsumerSettings, ProducerSettings};
use ottla_client::{Admin, Consumer, ErrorCode, Producer, ProducerRecord, Result, TopicPartition};
use ottla_io::Io;

const TOPIC: &str = "secured";
const RECORDS: usize = 300;
const VALUE_BYTES: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(10);

#[allow(clippy::disallowed_methods, reason = "an example reads its environment itself")]
fn main() {
    let hold = std::env::var("HOLD_SECONDS").map_or(0, |it| it.parse().expect("HOLD_SECONDS"));
    let given: Vec<(String, String)> = std::env::args()
        .skip(1)
        .map(|pair| {
            let (name, value) = pair.split_once('=').expect("KEY=VALUE");
            let value =
                value.strip_prefix('@').map(|file| std::fs::read_to_string(file).expect(file));
            let value =
                value.unwrap_or_else(|| pair.split_once('=').expect("KEY=VALUE").1.to_owned());
            (name.to_owned(), value)
        })
        .collect();
    ottla_io::run_os(2, |io| async move {
        match connect(&io, &given, Duration::from_secs(hold)).await {
            Ok(text) => println!("ok {text}"),
            Err(error) => println!("{:?}: {error}; {}", error.kind(), error.advice()),
        }
    });
}

async fn connect(io: &Io, given: &[(String, String)], hold: Duration) -> Result<String> {
    let admin = Admin::new(io.clone(), AdminSettings::from_properties(given.to_vec())?)?;
    let admin = admin.with_timeout(PATIENCE);
    let cluster = admin.describe_cluster(false).await?;
    match &admin.create_topics(&[NewTopic::new(TOPIC).partitions(1)]).await[TOPIC] {
        Err(error) if error.code() != Some(ErrorCode::TopicAlreadyExists) => {
            return Err(error.clone());
        }
        _ => {}
    }
    let producer = Producer::new(io.clone(), ProducerSettings::from_properties(given.to_vec())?)?;
    let mut sent = Vec::new();
    for number in 0..RECORDS {
        let value = vec![b'a' + (number % 26) as u8; VALUE_BYTES];
        sent.push(producer.send(ProducerRecord::new(TOPIC, value).partition(0)).await?);
    }
    let mut first = i64::MAX;
    for delivery in sent {
        first = first.min(delivery.await?.offset.unwrap_or(i64::MAX));
    }
    let read = read_back(io, given, first).await?;
    let until = io.now().mono + hold;
    let mut asked = 0;
    while io.now().mono < until {
        admin.describe_cluster(false).await?;
        asked += 1;
        io.sleep(Duration::from_millis(20)).await;
    }
    Ok(format!("{} nodes, {read} bytes read back, asked {asked} times more", cluster.nodes.len()))
}

async fn read_back(io: &Io, given: &[(String, String)], first: i64) -> Result<usize> {
    let mut consumer =
        Consumer::new(io.clone(), ConsumerSettings::from_properties(given.to_vec())?)?;
    let handle: ConsumerHandle = consumer.handle();
    let partition = TopicPartition::new(TOPIC, 0);
    handle.assign([partition.clone()])?;
    handle.seek(&partition, first)?;
    let (mut count, mut bytes) = (0, 0);
    while count < RECORDS {
        for record in consumer.poll(PATIENCE).await? {
            let value = record.value.unwrap_or_default();
            let expected = b'a' + (count % 26) as u8;
            assert!(value.iter().all(|&byte| byte == expected), "record {count} is another");
            count += 1;
            bytes += value.len();
        }
    }
    Ok(bytes)
}
