//! How large the program is: ottla's one file, Kafka's jars without the Java runtime they need.

use std::fs;
use std::path::{Path, PathBuf};

use super::Run;
use crate::figure::{Figure, Sample};
use crate::server::Side;

pub(super) fn measure(run: &Run<'_>) -> Result<Sample, String> {
    let bytes = match run.side {
        Side::Ottla => size(&run.places.ottla)?,
        Side::Kafka => jars_bytes(&crate::machine::kafka_libs())?,
        Side::Floor => return Err("the floor has no size".to_owned()),
    };
    let mut sample = Sample::default();
    sample.set(Figure::BinaryMib, bytes as f64 / 1024.0 / 1024.0);
    Ok(sample)
}

fn jars_bytes(libs: &PathBuf) -> Result<u64, String> {
    let entries = fs::read_dir(libs).map_err(|error| format!("{}: {error}", libs.display()))?;
    entries.filter_map(Result::ok).map(|entry| size(&entry.path())).sum()
}

fn size(path: &Path) -> Result<u64, String> {
    fs::metadata(path)
        .map(|facts| facts.len())
        .map_err(|error| format!("{}: {error}", path.display()))
}
