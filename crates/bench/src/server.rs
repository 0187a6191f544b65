//! A server under load: ottla, Apache Kafka, or the floor. Started for one run of one case, in a
//! directory of its own, and stopped with it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cases::Case;
use crate::process;

/// How long a server may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Ours.
    Ottla,
    /// Apache Kafka.
    Kafka,
    /// What the machine takes for the bytes alone.
    Floor,
}

impl Side {
    /// As tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ottla => "ottla",
            Self::Kafka => "kafka",
            Self::Floor => "floor",
        }
    }
}

/// Where the programs are and where they may write.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The ottla binary.
    pub(crate) ottla: PathBuf,
    /// The script that runs Apache Kafka.
    pub(crate) kafka: PathBuf,
    /// Everything a run writes is below this.
    pub(crate) scratch: PathBuf,
    /// The first of four ports on loopback.
    pub(crate) port: u16,
}

/// A server that runs.
pub(crate) struct Server {
    /// Who it is.
    pub(crate) side: Side,
    /// Its process.
    pub(crate) pid: u32,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Its data directory.
    pub(crate) data: PathBuf,
    dir: PathBuf,
    kafka: PathBuf,
    /// None for Kafka, which its script starts.
    child: Option<Child>,
}

impl Server {
    /// Starts a broker in `dir`, with what the case tells both of them. Returns when it accepts
    /// connections.
    pub(crate) fn start(side: Side, places: &Places, case: &Case) -> Result<Self, String> {
        let server = Self::launch(side, places, case)?;
        server.wait_until_it_accepts()?;
        Ok(server)
    }

    /// Starts a broker and does not wait for it.
    pub(crate) fn launch(side: Side, places: &Places, case: &Case) -> Result<Self, String> {
        let dir = places.scratch.join(side.name());
        fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        match side {
            Side::Ottla => Self::ottla(places, case, dir),
            Side::Kafka => Self::apache_kafka(places, case, dir),
            Side::Floor => Err("the floor is started by the load".to_owned()),
        }
    }

    fn ottla(places: &Places, case: &Case, dir: PathBuf) -> Result<Self, String> {
        let address = loopback(places.port + 2);
        let data = dir.join("data");
        let mut command = Command::new(&places.ottla);
        command.arg("serve");
        command.arg("-X").arg(format!("listeners=PLAINTEXT://{address}"));
        command.arg("-X").arg(format!("log.dirs={}", data.display()));
        command.arg("-X").arg("ottla.admin.listener=");
        for (name, value) in case.settings {
            command.arg("-X").arg(format!("{name}={value}"));
        }
        let child = spawn(&mut command, &dir.join("out.log"))?;
        let kafka = places.kafka.clone();
        Ok(Self {
            side: Side::Ottla,
            pid: child.id(),
            address,
            data,
            dir,
            kafka,
            child: Some(child),
        })
    }

    fn apache_kafka(places: &Places, case: &Case, dir: PathBuf) -> Result<Self, String> {
        let pid_file = dir.join("pid");
        let _absent = fs::remove_file(&pid_file);
        let mut command = Command::new("bash");
        command.arg(&places.kafka).arg("start").arg(&dir).arg(places.port.to_string());
        command.args(case.settings.iter().map(|(name, value)| format!("{name}={value}")));
        let mut script = spawn(&mut command, &dir.join("start.log"))?;
        let begun = Instant::now();
        let pid = loop {
            let text = fs::read_to_string(&pid_file).unwrap_or_default();
            if let Ok(pid) = text.trim().parse() {
                break pid;
            }
            if begun.elapsed() > START_LIMIT {
                let _ended = script.kill();
                return Err("Apache Kafka does not start".to_owned());
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        // The script ends by itself when the port is open.
        std::thread::spawn(move || script.wait());
        let (address, data) = (loopback(places.port), dir.join("data"));
        let kafka = places.kafka.clone();
        Ok(Self { side: Side::Kafka, pid, address, data, dir, kafka, child: None })
    }

    /// Starts the floor: this program, doing nothing but moving bytes.
    pub(crate) fn floor(places: &Places, args: &[String]) -> Result<Self, String> {
        let dir = places.scratch.join(Side::Floor.name());
        fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let address = loopback(places.port + 3);
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("floor").arg(address.to_string()).arg(&dir).args(args);
        let child = spawn(&mut command, &dir.join("out.log"))?;
        let (pid, data, kafka) = (child.id(), dir.clone(), places.kafka.clone());
        let server = Self { side: Side::Floor, pid, address, data, dir, kafka, child: Some(child) };
        server.wait_until_it_accepts()?;
        Ok(server)
    }

    fn wait_until_it_accepts(&self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < START_LIMIT {
            if TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let log = fs::read_to_string(self.dir.join("out.log")).unwrap_or_default();
        Err(format!("{} does not answer; it said:\n{log}", self.side.name()))
    }

    /// CPU it has used so far.
    pub(crate) fn cpu_seconds(&self) -> Result<f64, String> {
        process::cpu_seconds(self.pid)
    }

    /// Stops it and waits for its end; what it wrote stays.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            terminate(&mut child);
        } else if self.side == Side::Kafka {
            let mut command = Command::new("bash");
            command.arg(&self.kafka).arg("stop").arg(&self.dir);
            let _whatever = command.stderr(Stdio::null()).status();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Removes what the servers of a run have written.
pub(crate) fn clean(places: &Places) {
    for side in [Side::Ottla, Side::Kafka, Side::Floor] {
        let _absent = fs::remove_dir_all(places.scratch.join(side.name()));
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn spawn(command: &mut Command, log: &Path) -> Result<Child, String> {
    let out = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let err = out.try_clone().map_err(|error| error.to_string())?;
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    command.spawn().map_err(|error| format!("{command:?}: {error}"))
}

fn terminate(child: &mut Child) {
    if let Some(pid) = rustix::process::Pid::from_raw(child.id() as i32) {
        let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    let begun = Instant::now();
    while begun.elapsed() < STOP_LIMIT {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _gone = child.kill();
    let _status = child.wait();
}
