//! Writes stored records as JSON: lines `name version variant hex` in, the same with JSON for hex
//! out. `conformance/dump/run` compares them with those of Kafka's own converters.

use std::io::BufRead;

use ottla_wire::{Reader, json};

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line of text");
        let parts: Vec<&str> = line.split(' ').collect();
        let [name, version, variant, hex] = parts[..] else { continue };
        let Some(shape) = json::by_name(name).filter(|_| hex != "refused") else { continue };
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex digits"))
            .collect();
        let mut r = Reader::new(bytes.into());
        match shape.read(&mut r, version.parse().expect("a version")) {
            Ok(value) => println!("{name} {version} {variant} {value}"),
            Err(error) => println!("{name} {version} {variant} {error}"),
        }
    }
}
