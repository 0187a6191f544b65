//! What the command line says.

use std::path::{Path, PathBuf};

use crate::server::Places;

/// How it is called.
pub(crate) const USAGE: &str = "\
usage: cargo xtask bench CASE… [--rounds N] [--seconds S] [--warm-seconds S] [--without-kafka]
                               [--ottla PATH] [--scratch DIR] [--out DIR] [--port PORT]
       cargo xtask bench list
CASE is a name of the list, or `all`.";

/// What is to be run, and how.
#[derive(Debug)]
pub(crate) struct Options {
    /// Names of cases.
    pub(crate) cases: Vec<String>,
    /// How often each side takes its turn.
    pub(crate) rounds: usize,
    /// How long each run measures.
    pub(crate) seconds: f64,
    /// How long Apache Kafka may take until its CPU per request has settled.
    pub(crate) warm_seconds: f64,
    /// Whether Apache Kafka takes its turn.
    pub(crate) with_kafka: bool,
    /// Where JSON and HTML go.
    pub(crate) out: PathBuf,
    /// Where programs and data are.
    pub(crate) places: Places,
}

impl Options {
    /// Reads arguments; what is left out has a default.
    pub(crate) fn parse(args: &[&str]) -> Result<Self, String> {
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or("target".to_owned());
        let target = Path::new(&target);
        let mut options = Self {
            cases: Vec::new(),
            rounds: 3,
            seconds: 10.0,
            warm_seconds: 60.0,
            with_kafka: true,
            out: target.join("bench"),
            places: Places {
                ottla: target.join("release/ottla"),
                kafka: kafka_script(),
                scratch: target.join("bench/scratch"),
                port: 21490,
            },
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if !arg.starts_with("--") {
                options.cases.push((*arg).to_owned());
            } else if *arg == "--without-kafka" {
                options.with_kafka = false;
            } else {
                let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
                options.set(arg, value)?;
            }
        }
        if options.cases.is_empty() {
            return Err(USAGE.to_owned());
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let wrong = || format!("{name} {value}: not what it takes\n{USAGE}");
        match name {
            "--rounds" => self.rounds = value.parse().map_err(|_| wrong())?,
            "--seconds" => self.seconds = value.parse().map_err(|_| wrong())?,
            "--warm-seconds" => self.warm_seconds = value.parse().map_err(|_| wrong())?,
            "--port" => self.places.port = value.parse().map_err(|_| wrong())?,
            "--ottla" => self.places.ottla = value.into(),
            "--scratch" => self.places.scratch = Path::new(value).join("ottla-bench"),
            "--out" => self.out = value.into(),
            _ => return Err(wrong()),
        }
        Ok(())
    }
}

/// Where the script that runs Apache Kafka is: as `conformance/node.sh` finds it.
fn kafka_script() -> PathBuf {
    if let Ok(path) = std::env::var("KAFKA_PEER") {
        return path.into();
    }
    let beside = ["../shared", "/work/shared"].map(|dir| Path::new(dir).join("peers/apache-kafka"));
    let found = beside.iter().find(|path| path.exists());
    found.unwrap_or(&beside[0]).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_options_stand_in_any_order() {
        let options = Options::parse(&["--rounds", "2", "keyed", "--without-kafka"]);
        let options = options.unwrap();
        assert_eq!((options.cases, options.rounds), (vec!["keyed".to_owned()], 2));
        assert!(!options.with_kafka);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for args in [&["keyed", "--rounds"][..], &["--round", "1"], &["keyed", "--port", "x"], &[]]
        {
            assert!(Options::parse(args).is_err(), "{args:?}");
        }
    }
}
