//! `ottla install-faces`: links to this binary under the names of the tools it stands in for.

use std::path::PathBuf;

use clap::Args;
use ottla_io::Disk;

use crate::console::Console;
use crate::faces;
use crate::failure::{Failure, Outcome};

/// Arguments of `install-faces`.
#[derive(Debug, Args)]
#[command(after_help = "\
A name that is taken by something else is left alone, unless --force is given.
Exit codes: 0 all links are there, 1 some are not, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Where the links go; it is made if need be
    dir: PathBuf,
    /// Replace what has one of the names
    #[arg(long)]
    force: bool,
    /// Print what would be linked, and link nothing
    #[arg(long)]
    dry_run: bool,
}

/// Links, and prints the links made.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let disk = Disk::os();
    let failed = |why: std::io::Error| Failure::new(why.to_string());
    let this = std::env::current_exe().map_err(failed)?;
    if !arguments.dry_run {
        disk.create_dir_all(&arguments.dir).map_err(failed)?;
    }
    let mut left = 0;
    for name in faces::names() {
        let link = arguments.dir.join(&name);
        if arguments.dry_run {
            console.line(link.display());
            continue;
        }
        if arguments.force {
            // What is not there need not be removed; what cannot be removed, the link will tell.
            let _ = disk.remove_file(&link);
        }
        match disk.symlink(&this, &link) {
            Ok(()) => console.line(link.display()),
            Err(why) => {
                left += 1;
                console.talk(format_args!("ottla: {why}"));
            }
        }
    }
    if left == 0 { Ok(()) } else { Err(Failure::new(format!("{left} links were not made"))) }
}
