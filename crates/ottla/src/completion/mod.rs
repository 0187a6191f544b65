//! `ottla completion`: a script for the shell, which asks this program what may come next, so that
//! names of topics and groups are those of the cluster at that moment.

mod candidates;

use clap::{Args, ValueEnum};

use crate::console::Console;
use crate::failure::Outcome;

/// Arguments of `completion`.
#[derive(Debug, Args)]
#[command(after_help = "\
bash: source <(ottla completion bash)
zsh:  ottla completion zsh > ~/.zfunc/_ottla    (a dir of $fpath)
fish: ottla completion fish > ~/.config/fish/completions/ottla.fish")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

/// Shells that can ask.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// What the scripts ask with.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The words so far, the one that is being typed last
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// Prints the script.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    console.text(match arguments.shell {
        Shell::Bash => include_str!("bash.sh"),
        Shell::Zsh => include_str!("zsh.sh"),
        Shell::Fish => include_str!("fish.sh"),
    });
    Ok(())
}

/// Prints what may come next: a line each, the word, a tab, what it is.
pub(crate) fn answer(ask: &Ask, console: &mut Console) -> Outcome {
    for (word, about) in candidates::find(&ask.words) {
        console.line(format_args!("{word}\t{about}"));
    }
    Ok(())
}
