//! Files in, lines out. `conformance/dump/run` compares the lines with those of Kafka's tool.

use std::path::PathBuf;

use ottla_io::{Disk, Open};
use ottla_record::{BatchBuilder, Codec, NewRecord};

use super::row::Output;
use super::{DecoderChoice, Manner, Options, dump_all};

/// A dir of its own for a test, removed at its end.
struct TempDir(PathBuf);

impl TempDir {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("ottla-dump-{}-{test}", std::process::id())))
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.0.join(name);
        Disk::os().create_dir_all(path.parent().unwrap()).unwrap();
        Disk::os().open(path, Open::CreateNew).unwrap().write_at(0, content).unwrap();
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = Disk::os().remove_dir_all(&self.0);
    }
}

fn batch(offset: i64) -> Vec<u8> {
    let mut builder = BatchBuilder::new(offset, Codec::None);
    let record = NewRecord { timestamp: 7, key: Some(b"k"), value: Some(b"v\"1"), headers: &[] };
    builder.append(&record).unwrap();
    builder.build()
}

/// What is printed of a dir, without its own path, and whether all was right.
fn dumped(dir: &TempDir, change: impl FnOnce(&mut Options)) -> (String, bool) {
    let mut options = Options::new(Manner::Ottla);
    options.files = vec![dir.0.clone()];
    change(&mut options);
    let mut out = Vec::new();
    let mut output = Output::new(&mut out, options.json);
    let all_right = dump_all(&Disk::os(), &options, &mut output);
    let text = String::from_utf8(out).unwrap();
    (text.replace(&dir.0.display().to_string(), "D"), all_right)
}

#[test]
fn a_dir_is_printed_with_everything_in_it() {
    let dir = TempDir::new("dir");
    dir.write("leader-epoch-checkpoint", b"0\n1\n3 40\n");
    dir.write("t-0/00000000000000000005.log", &batch(5));
    dir.write("t-0/partition.metadata", b"version: 0\ntopic_id: AQEBAQEBAQEBAQEBAQEBAQ\n");
    let (text, all_right) = dumped(&dir, |options| {
        options.deep = true;
        options.contents = true;
        options.decoder = DecoderChoice::ByTopic;
    });
    let (head, tail) = text.split_once(" crc: ").unwrap();
    assert_eq!(
        head,
        "Dumping D/leader-epoch-checkpoint\nepoch: 3 startOffset: 40\n\
         Dumping D/t-0/00000000000000000005.log\nLog starting offset: 5\n\
         baseOffset: 5 lastOffset: 5 count: 1 baseSequence: -1 lastSequence: -1 producerId: -1 \
         producerEpoch: -1 partitionLeaderEpoch: -1 isTransactional: false isControl: false \
         deleteHorizonMs: OptionalLong.empty position: 0 CreateTime: 7 size: 72 magic: 2 \
         compresscodec: none"
    );
    assert_eq!(
        tail.split_once(' ').unwrap().1,
        "isvalid: true\n| offset: 5 CreateTime: 7 keySize: 1 valueSize: 3 sequence: -1 \
         headerKeys: [] key: k payload: v\"1\nDumping D/t-0/partition.metadata\n\
         version: 0 topicId: AQEBAQEBAQEBAQEBAQEBAQ\n"
    );
    assert!(all_right);
}

#[test]
fn json_is_one_object_per_line() {
    let dir = TempDir::new("json");
    dir.write("00000000000000000005.log", &batch(5));
    let (text, _) = dumped(&dir, |options| {
        options.json = true;
        options.deep = true;
        options.contents = true;
        options.skip_record_metadata = true;
    });
    let last = text.lines().last().unwrap();
    let file = "D/00000000000000000005.log";
    let expected = format!(r#"{{"file":"{file}","kind":"record","key":"k","payload":"v\"1"}}"#);
    assert_eq!(last, expected);
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn a_damaged_file_is_told_of_and_the_others_are_printed() {
    let dir = TempDir::new("damaged");
    let mut broken = batch(0);
    broken.extend([0; 40]);
    dir.write("00000000000000000000.log", &broken);
    dir.write("00000000000000000001.log", &batch(1));
    let (text, all_right) = dumped(&dir, |_| {});
    assert_eq!(text.matches("isvalid: true").count(), 2, "{text}");
    assert!(!all_right);
}
