//! `ottla log dump`, and Kafka's `kafka-dump-log`: the files of a log dir, printed.
//!
//! Segments, indexes, producer snapshots and metadata snapshots come out line for line as from
//! `org.apache.kafka.tools.DumpLogSegments`; the other files of a log dir, which that tool passes
//! over, come out in the same manner. Files are read in windows: memory follows the largest batch
//! that is unpacked, and without `--deep-iteration` or `--print-data-log` nothing is unpacked.

mod bytes;
mod control;
mod decode;
mod indexes;
mod log_dir_files;
mod options;
mod row;
mod segment;
mod snapshot;
#[cfg(test)]
mod tests;
mod time_index;
mod walk;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use ottla_io::Disk;

pub(crate) use decode::{DecoderChoice, STRING_DECODER};
pub(crate) use options::{Manner, Options};
use row::Output;

/// Why a file could not be printed to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The file: not there, damaged, … with what and where.
    File(String),
    /// Nobody reads what is printed any more.
    Output,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.to_string())
    }
}

/// Prints the files and dirs of `options` on stdout, what is wrong with them on stderr.
pub(crate) fn run(options: &Options) -> ExitCode {
    let disk = Disk::os();
    let stdout = std::io::stdout();
    let mut out = std::io::BufWriter::with_capacity(64 << 10, stdout.lock());
    let mut output = Output::new(&mut out, options.json);
    let all_right = dump_all(&disk, options, &mut output);
    let written = output.flush().is_ok();
    ExitCode::from(u8::from(!(all_right && written)))
}

/// Whether everything could be printed.
fn dump_all(disk: &Disk, options: &Options, output: &mut Output<'_>) -> bool {
    let mut findings = Findings::default();
    let mut all_right = true;
    for named in &options.files {
        let files = match walk::files_of(disk, named, options.manner) {
            Ok(files) => files,
            Err(error) => {
                complain(output, &error.to_string());
                all_right = false;
                continue;
            }
        };
        for file in files {
            match dump_file(disk, &file, options, output, &mut findings) {
                Ok(()) => {}
                Err(Failure::Output) => return false,
                Err(Failure::File(why)) => {
                    // Kafka's tool ends with the first file it cannot read, and says no more.
                    if options.manner == Manner::Kafka {
                        let _ = output.flush();
                        eprintln!("{why}");
                        return false;
                    }
                    all_right = false;
                    complain(output, &why);
                }
            }
        }
    }
    let _ = output.flush();
    findings.print();
    all_right && (options.manner == Manner::Kafka || findings.is_empty())
}

fn complain(output: &mut Output<'_>, why: &str) {
    // What was printed of the file comes first, also where both go to one terminal.
    let _ = output.end_line();
    let _ = output.flush();
    eprintln!("{why}");
}

fn dump_file(
    disk: &Disk,
    path: &Path,
    options: &Options,
    output: &mut Output<'_>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    output.begin_file(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let suffix = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default();
    match suffix {
        ".log" | ".checkpoint" => segment::dump(disk, path, &name, options, output, findings),
        ".index" => indexes::dump_offset_index(disk, path, &name, options, output, findings),
        ".timeindex" => time_index::dump(disk, path, &name, options, output, findings),
        ".txnindex" => indexes::dump_txn_index(disk, path, &name, output),
        ".snapshot" => snapshot::dump(disk, path, output),
        _ if options.manner == Manner::Kafka => {
            output.flush()?;
            eprintln!("Ignoring unknown file {}", path.display());
            Ok(())
        }
        _ => log_dir_files::dump(disk, path, &name, output),
    }
}

/// What does not fit together, told at the end.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// By index file: offset in the index, last offset of the batch found there.
    index_mismatches: BTreeMap<String, BTreeMap<i64, i64>>,
    /// By time index file: timestamp in the index, largest of the batch found.
    time_mismatches: BTreeMap<String, Vec<(i64, i64)>>,
    /// By time index file: timestamp, the one before it.
    times_out_of_order: BTreeMap<String, Vec<(i64, i64)>>,
    /// By time index file: offset in the index, the next one that is in the log.
    offsets_not_found: BTreeMap<String, Vec<(i64, i64)>>,
    /// By log file: an offset and the one that follows it.
    gaps: BTreeMap<String, BTreeMap<i64, i64>>,
}

impl Findings {
    /// Gaps are what compaction and retention leave, and nothing wrong.
    fn is_empty(&self) -> bool {
        self.index_mismatches.is_empty()
            && self.time_mismatches.is_empty()
            && self.times_out_of_order.is_empty()
            && self.offsets_not_found.is_empty()
    }

    fn print(&self) {
        let mut err = std::io::stderr().lock();
        let _ = self.write(&mut err);
    }

    fn write(&self, err: &mut impl Write) -> std::io::Result<()> {
        for (file, pairs) in &self.index_mismatches {
            writeln!(err, "Mismatches in :{file}")?;
            for (index, log) in pairs.iter().rev() {
                writeln!(err, "  Index offset: {index}, log offset: {log}")?;
            }
        }
        for (file, pairs) in &self.time_mismatches {
            writeln!(err, "Found timestamp mismatch in :{file}")?;
            for (index, log) in pairs {
                writeln!(err, "  Index timestamp: {index}, log timestamp: {log}")?;
            }
        }
        for (file, pairs) in &self.times_out_of_order {
            writeln!(err, "Found out of order timestamp in :{file}")?;
            for (index, before) in pairs {
                writeln!(
                    err,
                    "  Index timestamp: {index}, Previously indexed timestamp: {before}"
                )?;
            }
        }
        for (file, pairs) in &self.offsets_not_found {
            writeln!(err, "The following indexed offsets are not found in :{file}")?;
            for (index, log) in pairs {
                writeln!(err, "Indexed offset: {index}, found log offset: {log}")?;
            }
        }
        for (file, pairs) in &self.gaps {
            writeln!(err, "Non-consecutive offsets in {file}")?;
            for (offset, next) in pairs {
                writeln!(err, "  {offset} is followed by {next}")?;
            }
        }
        Ok(())
    }
}

/// The path as Kafka's tool names it in what it finds.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// The offset in front of the first dot of a file's name.
fn base_offset(name: &str) -> Result<i64, Failure> {
    let digits = name.split('.').next().unwrap_or_default();
    digits.parse().map_err(|_| Failure::File(format!("For input string: \"{digits}\"")))
}
