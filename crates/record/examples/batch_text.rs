//! Batches as text and back on the command line, for `conformance/records/run`: `batch_text read`
//! turns lines of hex, one batch each, into text, `batch_text write` text into hex.

use std::io::{Read as _, Write as _};

use ottla_testkit::batch_text::{batches_of, text_of, unhex};

fn main() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("text on stdin");
    let output: String = match std::env::args().nth(1).as_deref() {
        Some("read") => input.lines().map(|line| text_of(&unhex(line))).collect(),
        Some("write") => batches_of(&input).iter().map(|batch| hex_line(batch)).collect(),
        _ => panic!("read or write"),
    };
    std::io::stdout().write_all(output.as_bytes()).expect("a reader on stdout");
}

fn hex_line(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect()
}
