//! What the operating system says of a process: CPU and memory of the broker alone.

use std::fs;

/// Fields of `/proc/PID/stat` behind the command's closing parenthesis.
const UTIME: usize = 11;
const STIME: usize = 12;
/// Ticks per second of `/proc`, on every Linux there is.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU that a process has used, user and system, in seconds.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64, String> {
    let path = format!("/proc/{pid}/stat");
    let stat = read(&path)?;
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = |field: usize| fields.split(' ').nth(field).and_then(|f| f.parse::<f64>().ok());
    match (ticks(UTIME), ticks(STIME)) {
        (Some(user), Some(system)) => Ok((user + system) / TICKS_PER_SECOND),
        _ => Err(format!("{path} has no CPU times")),
    }
}

/// Resident memory of a process in bytes, pages of mapped files included.
pub(crate) fn resident_bytes(pid: u32) -> Result<f64, String> {
    status_bytes(pid, "VmRSS:")
}

/// Resident memory of a process that no file backs, in bytes.
pub(crate) fn anonymous_bytes(pid: u32) -> Result<f64, String> {
    status_bytes(pid, "RssAnon:")
}

fn status_bytes(pid: u32, name: &str) -> Result<f64, String> {
    let path = format!("/proc/{pid}/status");
    let status = read(&path)?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.map(|kib| kib * 1024.0).ok_or_else(|| format!("{path} has no {name}"))
}

/// The first line that begins with `name`, in a file such as `/proc/cpuinfo`; what stands behind the colon.
pub(crate) fn fact(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
