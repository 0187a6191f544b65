//! Which cluster a verb talks to: profile, environment, `-b` and `-X`, each overriding the one
//! before; and how its rows are printed.

use std::collections::BTreeMap;

use clap::Args;
use ottla_client::Admin;
use ottla_client::settings::AdminSettings;
use ottla_io::Disk;

use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::offset_words;
use crate::profile::Profiles;
use crate::table::Format;

/// Where a node of ours listens when nobody said otherwise.
const HERE: &str = "127.0.0.1:9092";
/// How long a verb waits for a cluster that does not answer, unless it is told otherwise: people wait.
const PATIENCE_MS: &str = "15000";
/// Bytes of the largest file of profiles or settings that is read.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 20;

/// Arguments of every verb that talks to a cluster.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct Target {
    /// Brokers to begin with [default: the profile's, OTTLA_BOOTSTRAP, 127.0.0.1:9092]
    #[arg(short = 'b', long = "bootstrap-server", value_name = "HOST:PORT,..")]
    pub(crate) bootstrap: Option<String>,
    /// One client setting under Kafka's name; may be repeated
    #[arg(short = 'X', long = "setting", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Profile of ~/.config/ottla/config.toml [default: OTTLA_PROFILE, its `current`]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// How long a request may take: 500ms, 5s, 2m [default: the settings'; all of them together 15s]
    #[arg(long, value_name = "DURATION", value_parser = milliseconds)]
    pub(crate) timeout: Option<i64>,
}

fn milliseconds(text: &str) -> Result<i64, &'static str> {
    offset_words::read_duration_ms(text)
        .filter(|ms| (1..=i64::from(i32::MAX)).contains(ms))
        .ok_or("no duration: 500ms, 5s, 2m")
}

/// How rows are printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// How rows are printed
    #[arg(short = 'o', long = "output", value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl Target {
    /// All client settings that were given, by their names.
    ///
    /// # Errors
    /// A file that cannot be read, a profile that is not there, an `-X` without `=`.
    pub(crate) fn properties(
        &self,
        environment: &Environment,
    ) -> Outcome<BTreeMap<String, String>> {
        let mut properties = self.profile_settings(environment)?;
        if let Some(servers) = &environment.bootstrap {
            properties.insert("bootstrap.servers".to_owned(), servers.clone());
        }
        for pair in &self.overrides {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("-X {pair} is not of the form KEY=VALUE")))?;
            properties.insert(name.trim().to_owned(), value.trim().to_owned());
        }
        if let Some(servers) = &self.bootstrap {
            properties.insert("bootstrap.servers".to_owned(), servers.clone());
        }
        if let Some(ms) = self.timeout {
            properties.insert("request.timeout.ms".to_owned(), ms.to_string());
        }
        properties.entry("bootstrap.servers".to_owned()).or_insert_with(|| HERE.to_owned());
        Ok(properties)
    }

    /// Whether the command line names a cluster.
    pub(crate) fn is_named(&self) -> bool {
        self.bootstrap.is_some() || self.profile.is_some()
    }

    /// Whether the environment or a profile names one.
    ///
    /// # Errors
    /// As of [`Target::properties`].
    pub(crate) fn is_ambient(&self) -> Outcome<bool> {
        let environment = Environment::read();
        let profile = self.profile_settings(&environment)?;
        Ok(environment.bootstrap.is_some() || profile.contains_key("bootstrap.servers"))
    }

    fn profile_settings(&self, environment: &Environment) -> Outcome<BTreeMap<String, String>> {
        let asked = self.profile.as_deref().or(environment.profile.as_deref());
        let Some(path) = &environment.profiles_file else {
            return match asked {
                Some(name) => {
                    Err(Failure::usage(format!("there is no profile {name}: no home dir")))
                }
                None => Ok(BTreeMap::new()),
            };
        };
        let disk = Disk::os();
        if asked.is_none() && !disk.exists(path).unwrap_or(false) {
            return Ok(BTreeMap::new());
        }
        let bytes = disk.read(path, FILE_BYTES_MAX).map_err(|why| {
            Failure::usage(why.to_string()).advise("profiles are sections [name] of that file")
        })?;
        let wrong = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let profiles = Profiles::parse(&String::from_utf8_lossy(&bytes)).map_err(wrong)?;
        profiles.choose(asked).map_err(wrong)
    }

    /// The profiles that there are; none if the file cannot be read.
    pub(crate) fn profiles(environment: &Environment) -> Profiles {
        let bytes = environment
            .profiles_file
            .as_ref()
            .and_then(|path| Disk::os().read(path, FILE_BYTES_MAX).ok());
        let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Profiles::parse(&text.unwrap_or_default()).unwrap_or_default()
    }

    /// Runs `work` with an admin client of the cluster.
    pub(crate) fn run<F: Future<Output = Outcome>>(
        &self,
        work: impl FnOnce(Admin) -> F,
    ) -> Outcome {
        let mut properties = self.properties(&Environment::read())?;
        let all = "default.api.timeout.ms".to_owned();
        match self.timeout {
            Some(ms) => drop(properties.insert(all, ms.to_string())),
            None => drop(properties.entry(all).or_insert_with(|| PATIENCE_MS.to_owned())),
        }
        run_admin(properties, work)?
    }
}

/// Runs `work` with an admin client that has these settings.
///
/// # Errors
/// A setting that is not allowed.
pub(crate) fn run_admin<T, F: Future<Output = T>>(
    properties: BTreeMap<String, String>,
    work: impl FnOnce(Admin) -> F,
) -> ottla_client::Result<T> {
    let settings = AdminSettings::from_properties(properties)?;
    ottla_io::run_os(1, |io| async move { Ok(work(Admin::new(io, settings)?).await) })
}
