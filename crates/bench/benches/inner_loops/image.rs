//! The metadata image: a change of one partition among many, and the copy that readers are given.

use divan::{Bencher, black_box};
use ottla_base::Uuid;
use ottla_controller::image::Partition;
use ottla_controller::record::PartitionChange;
use ottla_controller::{Image, Record};

const PARTITIONS_PER_TOPIC: i32 = 50;

/// The id of a topic by its number.
fn topic_id(number: i32) -> Uuid {
    let mut bytes = [1; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Uuid(bytes)
}

/// An image of so many partitions.
fn image(partitions: i32) -> Image {
    let mut image = Image::empty();
    for number in 0..partitions / PARTITIONS_PER_TOPIC {
        let topic_id = topic_id(number);
        let topic = Record::Topic { name: format!("topic-{number}").into(), topic_id };
        image.replay(&topic).expect("a new topic");
        for index in 0..PARTITIONS_PER_TOPIC {
            let partition = Partition::new([1, 2].into(), [Uuid([4; 16]); 2].into(), [1, 2].into());
            let partition = Record::Partition { topic_id, index, partition };
            image.replay(&partition).expect("a new partition");
        }
    }
    image
}

#[divan::bench(args = [1_000, 10_000])]
fn change_partition(bencher: Bencher<'_, '_>, partitions: i32) {
    let mut image = image(partitions);
    let mut rng = ottla_base::Rng::new(1);
    bencher.bench_local(|| {
        let number = rng.below(partitions as u64) as i32;
        let change = PartitionChange { isr: Some([1].into()), ..PartitionChange::default() };
        let (topic_id, index) =
            (topic_id(number / PARTITIONS_PER_TOPIC), number % PARTITIONS_PER_TOPIC);
        // As the node does it: readers keep the image before.
        let before = image.clone();
        image.replay(&Record::PartitionChange { topic_id, index, change }).expect("it exists");
        black_box(before);
    });
}

#[divan::bench(args = [1_000, 10_000])]
fn build_image(bencher: Bencher<'_, '_>, partitions: i32) {
    bencher.bench_local(|| image(black_box(partitions)));
}
