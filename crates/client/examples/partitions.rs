//! Where keys go, to be compared with Kafka's own class by `conformance/client/partitions`.
//!   partitions COUNT SEED PARTITIONS
//! Prints a hash over the partitions of that many random keys, and the first thousand keys in hex, each
//! with its partition.

use ottla_client::producer::murmur2::partition_for_key;

/// SplitMix64, which both sides have.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[allow(clippy::disallowed_methods, reason = "an example reads its arguments itself")]
fn main() {
    let args: Vec<u64> = std::env::args().skip(1).map(|it| it.parse().expect("a number")).collect();
    let (count, mut numbers, partitions) = (args[0], Numbers(args[1]), args[2] as usize);
    let mut hash = 0_u64;
    let mut lines = Vec::new();
    for index in 0..count {
        let length = numbers.next() % 64;
        let key: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        let partition = partition_for_key(&key, partitions).expect("a partition");
        hash = hash.wrapping_mul(31).wrapping_add(partition as u64);
        if index < 1000 {
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            lines.push(format!("{hex} {partition}"));
        }
    }
    println!("{hash}");
    lines.iter().for_each(|line| println!("{line}"));
}
