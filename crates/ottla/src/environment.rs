//! The environment variables of the command line, declared once.

use std::path::PathBuf;

/// What they say.
#[derive(Debug, Default, Clone)]
pub(crate) struct Environment {
    /// `OTTLA_BOOTSTRAP`: brokers to begin with.
    pub(crate) bootstrap: Option<String>,
    /// `OTTLA_PROFILE`: the profile.
    pub(crate) profile: Option<String>,
    /// `OTTLA_CONFIG`, or `ottla/config.toml` under `XDG_CONFIG_HOME` or `~/.config`: the file of
    /// profiles. `None` without a home.
    pub(crate) profiles_file: Option<PathBuf>,
    /// `KCAT_CONFIG` (or `KAFKACAT_CONFIG`): the settings file of `kcat`.
    pub(crate) kcat_settings_file: Option<String>,
    /// `kcat.conf` under `~/.config`: the same, if it is there.
    pub(crate) kcat_home_file: Option<String>,
    /// `NO_COLOR`: no colours (no-color.org).
    pub(crate) no_colour: bool,
}

impl Environment {
    /// That of this process.
    pub(crate) fn read() -> Self {
        let home = || variable("HOME").map(|home| PathBuf::from(home).join(".config"));
        let config_home = || {
            let given = variable("XDG_CONFIG_HOME").map(PathBuf::from);
            given.or_else(home)
        };
        Self {
            bootstrap: variable("OTTLA_BOOTSTRAP"),
            profile: variable("OTTLA_PROFILE"),
            profiles_file: variable("OTTLA_CONFIG")
                .map(PathBuf::from)
                .or_else(|| Some(config_home()?.join("ottla/config.toml"))),
            kcat_settings_file: variable("KCAT_CONFIG").or_else(|| variable("KAFKACAT_CONFIG")),
            kcat_home_file: home().map(|home| home.join("kcat.conf").display().to_string()),
            no_colour: variable("NO_COLOR").is_some(),
        }
    }
}

/// A variable that is set to something.
#[allow(clippy::disallowed_methods, reason = "the binary reads the environment, here")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
