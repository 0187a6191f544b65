//! Batches that kafka-clients 4.4.0 wrote, with every codec and level
//! (`conformance/records/Records.java golden`): read as it reads them, and built again with the same
//! content. Those that are not compressed are built to the same byte.

use ottla_record::{BatchView, Codec};
use ottla_testkit::batch_text::{batches_of, text_of, unhex};

#[test]
fn batches_of_kafka_clients_are_read_as_written_and_built_alike() {
    let golden = include_str!("../../testdata/batches.txt");
    let mut count = 0;
    for case in golden.split("\n\n").map(str::trim).filter(|case| !case.is_empty()) {
        let (hex, text) = case.split_once('\n').unwrap();
        let (bytes, text) = (unhex(hex), format!("{text}\n"));
        let written = text_of(&bytes);
        let without_level = |text: &str| {
            let mut words: Vec<_> = text.split(' ').collect();
            words[2] = "0";
            words.join(" ")
        };
        assert_eq!(written, without_level(&text));
        let [built] = &batches_of(&text)[..] else { panic!("one batch a case") };
        assert_eq!(text_of(built), written);
        if BatchView::parse(&bytes).unwrap().header().codec() == Ok(Codec::None) {
            assert_eq!(*built, bytes);
        }
        count += 1;
    }
    assert!(count > 60, "only {count} cases");
}
