//! `kafka-storage.sh`: what `kafka.tools.StorageTool` (Kafka 4.4.0) takes and prints, for a node that
//! is its cluster's only controller.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ottla_base::Uuid;
use ottla_broker::formatting::{self, Formatting, Use};
use ottla_broker::settings::NodeSettings;
use ottla_controller::MetadataVersion;
use ottla_controller::metadata_version::{
    KRAFT_VERSION, METADATA_VERSION, SUPPORTED_FEATURES, supported_feature, unmet_dependency,
};
use ottla_io::Disk;
use ottla_log::files::meta_properties;

use super::feature_levels::{
    levels_of, name_and_level, print_dependencies, print_mapping, release_version,
};
use super::options::{Ending, Flag, Given, flag, parse, spelled_out, value};
use crate::console::Console;
use crate::{cli, settings};

const ABOUT: &str = "usage: kafka-storage \
    {info,format,version-mapping,feature-dependencies,random-uuid} [flags]";
const FLAGS: &[Flag] = &[
    value("add-scram", "-S, not served yet"),
    value("cluster-id", "-t, format: REQUIRED: the cluster that the dirs are for"),
    value("config", "-c, info, format: REQUIRED: the settings file of the node"),
    value("feature", "-f, name=level; may be repeated"),
    flag("help", "-h, print this"),
    flag("ignore-formatted", "-g, format: leave formatted dirs as they are"),
    value("initial-controllers", "-I, format: id@host:port:directory, this node alone"),
    flag("no-initial-controllers", "-N, not served yet"),
    value("release-version", "-r, the release whose features a cluster begins with"),
    flag("standalone", "-s, format: this node is the only controller"),
];
const SHORT: &[(&str, &str)] = &[
    ("-S", "--add-scram"),
    ("-t", "--cluster-id"),
    ("-c", "--config"),
    ("-f", "--feature"),
    ("-h", "--help"),
    ("-g", "--ignore-formatted"),
    ("-I", "--initial-controllers"),
    ("-N", "--no-initial-controllers"),
    ("-r", "--release-version"),
    ("-s", "--standalone"),
];
/// Bytes of the largest `meta.properties` that makes sense.
const META_BYTES_MAX: u64 = 64 << 10;

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    super::end(work(&spelled_out(line, SHORT), console), ABOUT, FLAGS, console)
}

fn work(line: &[String], console: &mut Console) -> Result<(), Ending> {
    let given = parse(FLAGS, line)?;
    if given.has("help") {
        return Err(Ending::Help);
    }
    let [command] = given.words.as_slice() else { return Err(wrong("too few arguments")) };
    let needed: &[&str] = match command.as_str() {
        "random-uuid" | "version-mapping" => &[],
        "feature-dependencies" => &["feature"],
        "info" => &["config"],
        "format" => &["config", "cluster-id"],
        other => return Err(wrong(&format!("invalid choice: '{other}'"))),
    };
    if let Some(missing) = needed.iter().find(|name| !given.has(name)) {
        let letter = SHORT.iter().find(|(_, long)| long.strip_prefix("--") == Some(missing));
        let letter = letter.map_or("", |(letter, _)| letter);
        return Err(wrong(&format!("argument --{missing}/{letter} is required")));
    }
    match command.as_str() {
        "random-uuid" => {
            console.line(random_uuids(1).first().copied().unwrap_or(Uuid::ZERO));
            Ok(())
        }
        "version-mapping" => print_mapping(&given, console),
        "feature-dependencies" => print_dependencies(&given, console),
        "info" => info(&node_settings(&given)?, console),
        _ => format(&given, &node_settings(&given)?, console),
    }
}

fn wrong(why: &str) -> Ending {
    Ending::Usage(format!("kafka-storage: error: {why}"))
}

fn node_settings(given: &Given) -> Result<NodeSettings, Ending> {
    let settings_file = given.one("config")?.map(PathBuf::from);
    let loaded = settings::load(&cli::Serve { settings_file, overrides: Vec::new() });
    Ok(loaded.map_err(|problems| Ending::Thrown(problems.join("\n")))?.node)
}

/// Ids from the operating system, none of them one that Kafka keeps for itself or that would look
/// like a flag.
fn random_uuids(count: usize) -> Vec<Uuid> {
    ottla_io::run_os(1, |io| async move {
        let mut ids = Vec::new();
        while ids.len() < count {
            let id = Uuid::from_random(
                ((u128::from(io.random_u64()) << 64) | u128::from(io.random_u64())).to_be_bytes(),
            );
            if !id.to_string().starts_with('-') {
                ids.push(id);
            }
        }
        ids
    })
}

fn info(settings: &NodeSettings, console: &mut Console) -> Result<(), Ending> {
    let disk = Disk::os();
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut first: Option<BTreeMap<String, String>> = None;
    for dir in formatting::all_dirs(settings) {
        let shown = dir.display().to_string();
        if !disk.exists(&dir).unwrap_or(false) {
            problems.push(format!("{shown} does not exist"));
            continue;
        }
        if disk.list(&dir).is_err() {
            problems.push(format!("{shown} is not a directory"));
            continue;
        }
        found.push(shown.clone());
        match meta(&disk, &dir) {
            Ok(None) => problems.push(format!("{shown} is not formatted.")),
            Err(why) => problems.push(why),
            Ok(Some(meta)) => match &first {
                None => first = Some(meta),
                Some(first) if first.get("cluster.id") != meta.get("cluster.id") => {
                    let why = "Mismatched cluster IDs between storage directories.";
                    problems.push(why.to_owned());
                }
                Some(first) if first.get("node.id") != meta.get("node.id") => {
                    problems.push("Mismatched node IDs between storage directories.".to_owned());
                }
                Some(_) => {}
            },
        }
    }
    print_list(("Found log directory:", "Found log directories:"), &found, console);
    if let Some(meta) = &first {
        if meta.get("version").is_some_and(|version| version == "0") {
            problems.push(
                "The kafka configuration file appears to be for a cluster in KRaft mode, but the \
                 directories are formatted for legacy mode."
                    .to_owned(),
            );
        }
        let pairs: Vec<String> =
            meta.iter().map(|(name, value)| format!("{name}={value}")).collect();
        console.line(format_args!("Found metadata: {{{}}}\n", pairs.join(", ")));
    }
    print_list(("Found problem:", "Found problems:"), &problems, console);
    if problems.is_empty() { Ok(()) } else { Err(Ending::Code(super::EXIT_FAILED)) }
}

/// What the `meta.properties` of a dir says, by name; `None` if there is none.
fn meta(disk: &Disk, dir: &Path) -> Result<Option<BTreeMap<String, String>>, String> {
    let path = dir.join(meta_properties::FILE_NAME);
    let failed = |why: &dyn std::fmt::Display| format!("Error loading {}: {why}", path.display());
    if !disk.exists(&path).map_err(|why| failed(&why))? {
        return Ok(None);
    }
    let bytes = disk.read(&path, META_BYTES_MAX).map_err(|why| failed(&why))?;
    let text = String::from_utf8_lossy(&bytes);
    meta_properties::parse(&text).map_err(|why| failed(&why))?;
    let pairs =
        ottla_config::properties::parse_properties(&text).map_err(|why| failed(&why.line))?;
    Ok(Some(pairs.into_iter().map(|pair| (pair.key, pair.value)).collect()))
}

fn print_list((one, several): (&str, &str), lines: &[String], console: &mut Console) {
    if lines.is_empty() {
        return;
    }
    console.line(if lines.len() == 1 { one } else { several });
    for line in lines {
        console.line(format_args!("  {line}"));
    }
    console.line("");
}

fn format(given: &Given, settings: &NodeSettings, console: &mut Console) -> Result<(), Ending> {
    let thrown = |why: std::io::Error| Ending::Thrown(why.to_string());
    let formatting = Formatting {
        cluster_id: given.one("cluster-id")?.unwrap_or_default().to_owned(),
        levels: levels(given, settings)?,
        metadata_directory_id: voters(given, settings)?,
    };
    let disk = Disk::os();
    let dirs = formatting::look(&disk, settings, &formatting.cluster_id).map_err(thrown)?;
    if let Some(dir) = dirs.formatted.first().filter(|_| !given.has("ignore-formatted")) {
        return Err(Ending::Thrown(format!(
            "Log directory {} is already formatted. Use --ignore-formatted to ignore this directory \
             and format the others.",
            dir.display()
        )));
    }
    if dirs.empty.is_empty() {
        console.line("All of the log directories are already formatted.");
        return Ok(());
    }
    print_levels(&formatting.levels, console);
    let version = formatting.levels.get(METADATA_VERSION).copied();
    let version = version.and_then(MetadataVersion::from_level).unwrap_or(MetadataVersion::LATEST);
    let now_ms = ottla_io::run_os(1, |io| async move { io.now().wall.millis });
    let ids = random_uuids(dirs.empty.len());
    // The dir of the metadata log comes last: with it the node is one that has been formatted.
    let mut empty = dirs.empty;
    empty.sort_by_key(|dir| formatting::use_of(settings, dir) != Use::Data);
    for (dir, id) in empty.iter().zip(ids) {
        let kind = match formatting::use_of(settings, dir) {
            Use::Data => "data directory",
            Use::Metadata => "metadata directory",
            Use::DynamicVoter => "dynamic metadata voter directory",
        };
        let shown = dir.display();
        console.line(format_args!("Formatting {kind} {shown} with {METADATA_VERSION} {version}."));
        formatting::format(&disk, settings, dir, &formatting, id, now_ms).map_err(thrown)?;
    }
    Ok(())
}

/// The levels that the cluster is to begin with.
fn levels(given: &Given, settings: &NodeSettings) -> Result<BTreeMap<String, i16>, Ending> {
    let version = match given.one("release-version")? {
        Some(release) => release_version(release)?,
        None => MetadataVersion::LATEST,
    };
    let mut levels: BTreeMap<String, i16> = levels_of(version).into_iter().collect();
    let kraft_level = i16::from(settings.metadata.static_voters.is_empty());
    levels.insert(KRAFT_VERSION.to_owned(), kraft_level);
    for text in given.all("feature") {
        let (name, level) = name_and_level(text)?;
        if supported_feature(&name).is_none() || name == METADATA_VERSION {
            let mut known: Vec<&str> = SUPPORTED_FEATURES.iter().map(|it| it.name).collect();
            known.retain(|name| *name != METADATA_VERSION);
            known.sort_unstable();
            let known = known.join(", ");
            let why = format!("Unsupported feature: {name}. Supported features are: {known}");
            return Err(Ending::Thrown(why));
        }
        if name == KRAFT_VERSION && level != kraft_level {
            return Err(Ending::Thrown(format!(
                "Cannot set {KRAFT_VERSION} to {level}: with these settings of the voters it is \
                 {kraft_level}"
            )));
        }
        levels.insert(name, level);
    }
    for (name, level) in &levels {
        let known = supported_feature(name).map(|it| it.min_level..=it.max_level);
        if known.is_some_and(|known| !known.contains(level)) {
            return Err(Ending::Thrown(format!("No feature:{name} with feature level {level}")));
        }
        if let Some(why) = unmet_dependency(name, *level, version) {
            return Err(Ending::Thrown(why));
        }
    }
    Ok(levels)
}

/// That this node is to be the only voter, as the flags have to say; the id of its metadata
/// directory, if they choose one.
fn voters(given: &Given, settings: &NodeSettings) -> Result<Option<Uuid>, Ending> {
    let thrown = |why: &str| Err(Ending::Thrown(why.to_owned()));
    let chosen = ["standalone", "initial-controllers", "no-initial-controllers"];
    let is_static = !settings.metadata.static_voters.is_empty();
    if given.has("add-scram") {
        return thrown("--add-scram: SCRAM is not served yet, so its credentials are not stored");
    }
    match chosen.iter().filter(|flag| given.has(flag)).count() {
        0 if is_static => return Ok(None),
        0 => {
            return thrown(
                "Because controller.quorum.voters is not set on this controller, you must specify \
                 one of the following: --standalone, --initial-controllers, or \
                 --no-initial-controllers.",
            );
        }
        1 if is_static && !given.has("no-initial-controllers") => {
            return thrown(
                "You cannot specify controller.quorum.voters and format the node with \
                 --initial-controllers or --standalone. If you want to use dynamic quorum, please \
                 remove controller.quorum.voters and specify controller.quorum.bootstrap.servers \
                 instead.",
            );
        }
        1 => {}
        _ => {
            return Err(wrong(
                "of --standalone, --initial-controllers, --no-initial-controllers, one",
            ));
        }
    }
    if given.has("no-initial-controllers") {
        return thrown(
            "--no-initial-controllers: a node is the only controller of its cluster so far; say \
             --standalone",
        );
    }
    let Some(text) = given.one("initial-controllers")? else { return Ok(None) };
    let voter = text.split(',').collect::<Vec<_>>();
    let own = match voter.as_slice() {
        [voter] => voter.split_once('@').filter(|(id, _)| id.parse() == Ok(settings.node_id)),
        _ => None,
    };
    let id = own.and_then(|(_, rest)| rest.rsplit(':').next()?.parse::<Uuid>().ok());
    match id {
        Some(id) => Ok(Some(id)),
        None => Err(Ending::Thrown(format!(
            "--initial-controllers {text}: a node is the only controller of its cluster so far; \
             name it alone, as {}@host:port:directory-id, or say --standalone",
            settings.node_id
        ))),
    }
}

fn print_levels(levels: &BTreeMap<String, i16>, console: &mut Console) {
    let level = |name: &str| levels.get(name).copied().unwrap_or(0);
    let record = |(name, level): (&str, i16)| {
        format!(
            "ApiMessageAndVersion(FeatureLevelRecord(name='{name}', featureLevel={level}) at version 0)"
        )
    };
    let kept = |name: &&str| ![METADATA_VERSION, KRAFT_VERSION].contains(name) && level(name) > 0;
    let names =
        std::iter::once(METADATA_VERSION).chain(levels.keys().map(String::as_str).filter(kept));
    let records: Vec<String> = names.map(|name| record((name, level(name)))).collect();
    console.line(format_args!(
        "Bootstrap metadata: BootstrapMetadata(records=[{}], metadataVersionLevel={}, source=format \
         command)",
        records.join(", "),
        level(METADATA_VERSION)
    ));
}
