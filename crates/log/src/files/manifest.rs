//! `ottla-manifest`: what is in a log dir, written at a clean stop so that the next start reads one
//! file instead of all dirs. Ours alone; Kafka takes no notice of plain files in a log dir.
//!
//! It counts only for the very state of the dir it was written for. [`Tie`] names that state: which
//! file the mark of the clean stop is, and what the offset checkpoints hold. Whoever starts on the
//! dir takes the mark away, so that after any other program nothing matches.
//!
//! Big-endian. Bytes `ottlaman`; version (i16) 1; CRC-32C of all that follows it (u32); the tie:
//! inode, modification time (ns), length of the mark (u64 each), then length and CRC-32C (u32 each)
//! of the recovery point, log start, replication and cleaner checkpoints, all ones for a missing
//! one; number of topics (u32). A topic: length of its name (u16), name, number of partitions (u32).
//! A partition: number (i32), topic id (16 bytes), whether its log is known (u8), then the fields of
//! [`LogSummary`] in their order, zeros where it is not known.

use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Uuid, crc32c};
use ottla_model::TopicPartition;

use super::{BadFile, field};
use crate::LogSummary;

/// Its name in a log dir.
pub const FILE_NAME: &str = "ottla-manifest";

const MAGIC: &[u8; 8] = b"ottlaman";
const VERSION: i16 = 1;
const CRC_AT: usize = 10;
const CHECKED_FROM: usize = 14;
const PARTITION_BYTES: usize = 4 + 16 + 1 + 100;
/// Length and checksum of a checkpoint that is missing.
const MISSING: (u32, u32) = (u32::MAX, u32::MAX);

/// What a log dir held when it was stopped cleanly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The state of the dir it counts for.
    pub tie: Tie,
    /// Its partitions, by name.
    pub partitions: Vec<ManifestEntry>,
}

/// The state of a log dir.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tie {
    /// The mark of a clean stop.
    pub mark: MarkIdentity,
    /// The four offset checkpoints; `None` for a missing one.
    pub checkpoints: [Option<Content>; 4],
}

/// Which file the mark of a clean stop is; another with the same content is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarkIdentity {
    /// Its number in the file system.
    pub inode: u64,
    /// When it last changed, in nanoseconds.
    pub modified_ns: u64,
    /// Its bytes.
    pub len: u64,
}

/// The content of a file, as far as it takes to tell it from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    len: u32,
    crc: u32,
}

impl Content {
    /// That of a file with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { len: u32::try_from(bytes.len()).unwrap_or(u32::MAX - 1), crc: crc32c(bytes) }
    }
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Its topic and number.
    pub name: TopicPartition,
    /// Its topic's id.
    pub topic_id: Uuid,
    /// Its log; `None` if nobody looked into it.
    pub log: Option<LogSummary>,
}

/// The file. Partitions of one topic should stand together.
pub fn format(manifest: &Manifest) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + manifest.partitions.len() * (PARTITION_BYTES + 8));
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&[0; CHECKED_FROM - CRC_AT]);
    put_tie(&mut out, &manifest.tie);
    let topics = || manifest.partitions.chunk_by(|a, b| a.name.topic == b.name.topic);
    out.extend_from_slice(&(topics().count() as u32).to_be_bytes());
    for partitions in topics() {
        let name = partitions.first().map_or("", |first| &*first.name.topic).as_bytes();
        out.extend_from_slice(&(name.len() as u16).to_be_bytes());
        out.extend_from_slice(name);
        out.extend_from_slice(&(partitions.len() as u32).to_be_bytes());
        for entry in partitions {
            out.extend_from_slice(&entry.name.partition.to_be_bytes());
            out.extend_from_slice(&entry.topic_id.0);
            out.push(u8::from(entry.log.is_some()));
            match &entry.log {
                Some(log) => put_log(&mut out, log),
                None => out.resize(out.len() + 100, 0),
            }
        }
    }
    let crc = crc32c(&out[CHECKED_FROM..]);
    out[CRC_AT..CHECKED_FROM].copy_from_slice(&crc.to_be_bytes());
    out
}

/// What a file says.
///
/// # Errors
/// What is wrong with it. The dir has to be listed then.
pub fn parse(bytes: &[u8]) -> Result<Manifest, BadFile> {
    if bytes.get(..MAGIC.len()) != Some(MAGIC) {
        return Err(BadFile("it is no manifest".to_string()));
    }
    let truncated = || BadFile("it ends too early".to_string());
    let version = i16::from_be_bytes(field(bytes, MAGIC.len()).ok_or_else(truncated)?);
    if version != VERSION {
        return Err(BadFile(format!("version {version} is not known")));
    }
    let stored = u32::from_be_bytes(field(bytes, CRC_AT).ok_or_else(truncated)?);
    let computed = crc32c(bytes.get(CHECKED_FROM..).unwrap_or_default());
    if stored != computed {
        return Err(BadFile(format!("stored crc = {stored}, computed crc = {computed}")));
    }
    let mut rest = Rest { bytes, at: CHECKED_FROM };
    let manifest = rest
        .manifest()
        .ok_or_else(|| BadFile(format!("what stands at {} is not of the format", rest.at)))?;
    if rest.at != bytes.len() {
        return Err(BadFile("something stands behind its end".to_string()));
    }
    Ok(manifest)
}

fn put_tie(out: &mut Vec<u8>, tie: &Tie) {
    for number in [tie.mark.inode, tie.mark.modified_ns, tie.mark.len] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    for checkpoint in &tie.checkpoints {
        let (len, crc) = checkpoint.map_or(MISSING, |content| (content.len, content.crc));
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(&crc.to_be_bytes());
    }
}

fn put_log(out: &mut Vec<u8>, log: &LogSummary) {
    let LogSummary {
        log_start_offset,
        log_end_offset,
        recovery_point,
        high_watermark,
        last_stable_offset,
        size,
        segments,
        active_base_offset,
        oldest_bytes,
        oldest_timestamp,
        second_base_offset,
        start_leader_epoch,
        last_leader_epoch,
    } = *log;
    for offset in
        [log_start_offset, log_end_offset, recovery_point, high_watermark, last_stable_offset]
    {
        out.extend_from_slice(&offset.to_be_bytes());
    }
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(&segments.to_be_bytes());
    out.extend_from_slice(&active_base_offset.to_be_bytes());
    out.extend_from_slice(&oldest_bytes.to_be_bytes());
    out.extend_from_slice(&oldest_timestamp.to_be_bytes());
    out.extend_from_slice(&second_base_offset.to_be_bytes());
    out.extend_from_slice(&start_leader_epoch.to_be_bytes());
    out.extend_from_slice(&last_leader_epoch.to_be_bytes());
    out.extend_from_slice(&[0; 8]);
}

/// What has not been read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let found = field(self.bytes, self.at)?;
        self.at += N;
        Some(found)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.take().map(i32::from_be_bytes)
    }

    fn manifest(&mut self) -> Option<Manifest> {
        let tie = self.tie()?;
        let topics = self.u32()?;
        // No more than the bytes can hold, whatever the count says.
        let mut partitions = Vec::with_capacity(self.bytes.len() / PARTITION_BYTES);
        for _ in 0..topics {
            let len = usize::from(self.take().map(u16::from_be_bytes)?);
            let name = self.bytes.get(self.at..self.at.checked_add(len)?)?;
            let name = core::str::from_utf8(name).ok()?;
            ottla_model::check_topic_name(name).ok()?;
            self.at += len;
            let topic: Arc<str> = name.into();
            for _ in 0..self.u32()? {
                partitions.push(self.partition(&topic)?);
            }
        }
        Some(Manifest { tie, partitions })
    }

    fn tie(&mut self) -> Option<Tie> {
        let mark = MarkIdentity { inode: self.u64()?, modified_ns: self.u64()?, len: self.u64()? };
        let mut checkpoints = [None; 4];
        for checkpoint in &mut checkpoints {
            let (len, crc) = (self.u32()?, self.u32()?);
            *checkpoint = ((len, crc) != MISSING).then_some(Content { len, crc });
        }
        Some(Tie { mark, checkpoints })
    }

    fn partition(&mut self, topic: &Arc<str>) -> Option<ManifestEntry> {
        let partition = self.i32().filter(|&number| number >= 0)?;
        let topic_id = Uuid(self.take()?);
        let is_known = self.take::<1>()?[0];
        let log = self.log()?;
        let log = match is_known {
            0 => None,
            1 => Some(log).filter(is_sound),
            _ => return None,
        };
        if log.is_none() != (is_known == 0) {
            return None;
        }
        let name = TopicPartition { topic: Arc::clone(topic), partition };
        Some(ManifestEntry { name, topic_id, log })
    }

    fn log(&mut self) -> Option<LogSummary> {
        let log = LogSummary {
            log_start_offset: self.i64()?,
            log_end_offset: self.i64()?,
            recovery_point: self.i64()?,
            high_watermark: self.i64()?,
            last_stable_offset: self.i64()?,
            size: self.u64()?,
            segments: self.u32()?,
            active_base_offset: self.i64()?,
            oldest_bytes: self.u64()?,
            oldest_timestamp: self.i64()?,
            second_base_offset: self.i64()?,
            start_leader_epoch: self.i32()?,
            last_leader_epoch: self.i32()?,
        };
        self.take::<8>()?;
        Some(log)
    }
}

fn is_sound(log: &LogSummary) -> bool {
    let LogSummary { log_start_offset, log_end_offset, .. } = *log;
    let inside = |offset| (log_start_offset..=log_end_offset).contains(&offset);
    log_start_offset >= 0
        && log.segments > 0
        && log.active_base_offset >= 0
        && inside(log.high_watermark)
        && inside(log.last_stable_offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn sample() -> Manifest {
        let log = LogSummary {
            log_start_offset: 5,
            log_end_offset: 100,
            recovery_point: 100,
            high_watermark: 100,
            last_stable_offset: 90,
            size: 4096,
            segments: 3,
            active_base_offset: 80,
            oldest_bytes: 1000,
            oldest_timestamp: 1_700_000_000_000,
            second_base_offset: 40,
            start_leader_epoch: 2,
            last_leader_epoch: 7,
        };
        let entry = |topic: &str, number, log| ManifestEntry {
            name: TopicPartition::new(topic, number),
            topic_id: Uuid([7; 16]),
            log,
        };
        Manifest {
            tie: Tie {
                mark: MarkIdentity { inode: 12, modified_ns: 34, len: 31 },
                checkpoints: [Some(Content::of(b"0\n0\n")), None, Some(Content::of(b"")), None],
            },
            partitions: vec![
                entry("a", 0, Some(log)),
                entry("a", 3, None),
                entry("b", 0, Some(LogSummary::EMPTY)),
            ],
        }
    }

    #[test]
    fn stored_form_survives() {
        let bytes = format(&sample());
        assert_eq!(parse(&bytes).unwrap(), sample());
        let empty = Manifest { tie: Tie::default(), partitions: Vec::new() };
        assert_eq!(parse(&format(&empty)).unwrap(), empty);
    }

    /// The first bytes of every part, as they are on disk: another version has to be another number.
    #[test]
    fn bytes_are_those_of_version_1() {
        let bytes = format(&sample());
        assert_eq!(bytes[..10], *b"ottlaman\x00\x01");
        assert_eq!(bytes[14..38], *b"\0\0\0\0\0\0\0\x0c\0\0\0\0\0\0\0\x22\0\0\0\0\0\0\0\x1f");
        assert_eq!(bytes[38..42], [0, 0, 0, 4]);
        assert_eq!(bytes[46..54], [0xff; 8]);
        assert_eq!(bytes[70..81], *b"\0\0\0\x02\0\x01a\0\0\0\x02");
        assert_eq!(
            bytes[81..102],
            *b"\0\0\0\0\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x01"
        );
        assert_eq!(bytes[102..118], *b"\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x64");
        assert_eq!(bytes.len(), 81 + 2 * PARTITION_BYTES + 2 + 1 + 4 + PARTITION_BYTES);
        assert_eq!(crc32c(&bytes), 0xF149_81F8);
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let bytes = format(&sample());
        for len in 0..bytes.len() {
            assert!(parse(&bytes[..len]).is_err(), "cut at {len}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(parse(&broken).is_err(), "bit {bit}");
        }
    }

    /// Bytes whose checksum is right and whose counts are not: no panic, no memory for what is not
    /// there.
    #[test]
    fn nonsense_behind_a_right_checksum_is_refused() {
        let good = format(&sample());
        let mut random = ottla_base::Rng::new(1);
        for _ in 0..20_000 {
            let mut bytes = good.clone();
            for _ in 0..random.range(1, 4) {
                let at = random.range(CHECKED_FROM as u64, bytes.len() as u64) as usize;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
            bytes.truncate(random.range(CHECKED_FROM as u64, 1 + good.len() as u64) as usize);
            let crc = crc32c(&bytes[CHECKED_FROM..]);
            bytes[CRC_AT..CHECKED_FROM].copy_from_slice(&crc.to_be_bytes());
            if let Ok(manifest) = parse(&bytes) {
                assert!(manifest.partitions.len() <= 3);
            }
        }
    }
}
