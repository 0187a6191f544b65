//! Where records without a key go (KIP-794): to one partition until about a batch of bytes has gone
//! there, then to another, chosen by chance; a partition that is slow is chosen less often.

use ottla_base::Rng;

/// The sticky partition of one topic, and what is known of how fast its partitions are.
#[derive(Debug, Clone, Default)]
pub(super) struct Sticky {
    partition: Option<usize>,
    produced_bytes: usize,
    /// Partitions that can be chosen, and the sums of their weights up to each.
    load: Option<Load>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Load {
    partitions: Vec<usize>,
    cumulative: Vec<u64>,
}

impl Sticky {
    /// The partition for the next record. `available` are those that have a leader, of `count`.
    pub(super) fn partition(
        &mut self,
        available: impl FnOnce() -> Vec<usize>,
        count: usize,
        rng: &mut Rng,
    ) -> Option<usize> {
        if self.partition.is_none_or(|partition| partition >= count) {
            self.switch(&available(), count, rng);
        }
        self.partition
    }

    /// Notes that bytes went to the sticky partition, and switches when that is enough: after
    /// `batch_size` if nothing is left in an open batch, else after twice as much.
    pub(super) fn note_appended(
        &mut self,
        bytes: usize,
        batch_size: usize,
        is_batch_full: bool,
        available: impl FnOnce() -> Vec<usize>,
        count: usize,
        rng: &mut Rng,
    ) {
        self.produced_bytes = self.produced_bytes.saturating_add(bytes);
        let enough = self.produced_bytes >= batch_size && is_batch_full;
        if enough || self.produced_bytes >= batch_size.saturating_mul(2) {
            self.switch(&available(), count, rng);
        }
    }

    /// Takes in how many batches wait for each partition that can be chosen, of `count` partitions:
    /// the longer the queue, the smaller the weight. Without a difference there are no weights.
    pub(super) fn note_queues(&mut self, queues: &[(usize, usize)], count: usize) {
        let sizes = || queues.iter().map(|(_, size)| *size);
        let (Some(longest), Some(shortest)) = (sizes().max(), sizes().min()) else {
            self.load = None;
            return;
        };
        if count < 2 || (longest == shortest && queues.len() == count) {
            self.load = None;
            return;
        }
        let mut sum = 0;
        let cumulative = sizes().map(|size| {
            sum += (longest + 1 - size) as u64;
            sum
        });
        let cumulative = cumulative.collect();
        let partitions = queues.iter().map(|(partition, _)| *partition).collect();
        self.load = Some(Load { partitions, cumulative });
    }

    fn switch(&mut self, available: &[usize], count: usize, rng: &mut Rng) {
        self.produced_bytes = 0;
        let weighted = self.load.as_ref().and_then(|load| {
            let total = *load.cumulative.last()?;
            let drawn = rng.below(total.max(1));
            let at = load.cumulative.partition_point(|sum| *sum <= drawn);
            load.partitions.get(at).copied()
        });
        self.partition = match weighted {
            Some(partition) if partition < count => Some(partition),
            _ if !available.is_empty() => {
                available.get(rng.below(available.len() as u64) as usize).copied()
            }
            _ if count > 0 => Some(rng.below(count as u64) as usize),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [usize; 3] = [0, 1, 2];

    /// How often each of three partitions is chosen, of 6000 switches.
    fn choices(queues: Option<&[(usize, usize)]>, available: &[usize]) -> [usize; 3] {
        let (mut sticky, mut rng) = (Sticky::default(), Rng::new(7));
        if let Some(queues) = queues {
            sticky.note_queues(queues, 3);
        }
        let mut counts = [0; 3];
        for _ in 0..6000 {
            sticky.switch(available, 3, &mut rng);
            counts[sticky.partition.unwrap()] += 1;
        }
        counts
    }

    #[track_caller]
    fn near(counts: [usize; 3], expected: [usize; 3]) {
        for (count, expected) in counts.into_iter().zip(expected) {
            assert!(count.abs_diff(expected) < 250, "{counts:?}");
        }
    }

    #[test]
    fn partitions_without_a_leader_are_chosen_only_when_none_has_one() {
        near(choices(None, &ALL), [2000, 2000, 2000]);
        near(choices(None, &[0, 2]), [3000, 0, 3000]);
        near(choices(None, &[]), [2000, 2000, 2000]);
    }

    #[test]
    fn the_longer_the_queue_the_less_often_it_is_chosen() {
        // Weights 1, 4 and 3: the longest queue, plus one, minus its own.
        near(choices(Some(&[(0, 3), (1, 0), (2, 1)]), &ALL), [750, 3000, 2250]);
        near(choices(Some(&[(0, 2), (1, 2), (2, 2)]), &ALL), [2000, 2000, 2000]);
        near(choices(Some(&[(0, 2), (2, 2)]), &ALL), [3000, 0, 3000]);
    }

    #[test]
    fn it_stays_until_a_batch_is_full_and_no_longer_than_two() {
        let (mut sticky, mut rng) = (Sticky::default(), Rng::new(1));
        let mut switched_at = |full_from: usize| {
            sticky.partition(|| ALL.to_vec(), 3, &mut rng);
            let mut bytes = 0;
            loop {
                bytes += 10;
                sticky.note_appended(10, 100, bytes >= full_from, || ALL.to_vec(), 3, &mut rng);
                if sticky.produced_bytes == 0 {
                    return bytes;
                }
            }
        };
        assert_eq!(switched_at(0), 100);
        assert_eq!(switched_at(150), 150);
        assert_eq!(switched_at(usize::MAX), 200);
    }
}
