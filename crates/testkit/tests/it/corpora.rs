//! Replays the committed corpora of `fuzz/` through the functions that the fuzzer calls.

use std::path::Path;

use ottla_testkit::fuzz_targets::ALL;

#[test]
fn every_input_of_the_corpora_has_an_answer() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, target) in ALL {
        let mut inputs = 0;
        for entry in std::fs::read_dir(corpora.join(name)).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            target(&bytes);
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no corpus");
    }
}
