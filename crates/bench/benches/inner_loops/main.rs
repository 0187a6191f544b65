//! The loops that every record or request goes through, each by itself: `cargo bench -p ottla-bench`.
//! They guard against what grows slowly and is seen in no single change. A claim about speed is made
//! beside Apache Kafka (`cargo xtask bench`), never from here.

mod image;
mod index;
mod messages;
mod records;

fn main() {
    divan::main();
}
