//! `ottla txn abort`: ends open transactions, those that their coordinator knows by their id, and those
//! that it has forgotten in their partition.

use clap::Args;
use ottla_client::admin::{
    AbortTransaction, ProducerState, TransactionDescription, TransactionFilter,
};
use ottla_client::{Admin, TopicPartition};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::results::{split, tell_each};
use crate::target::Target;

/// Arguments of `txn abort`.
#[derive(Debug, Args)]
#[command(after_help = "\
Of an id the open transaction is aborted, and its producer shut out. A transaction that its coordinator
has forgotten (ottla doctor tells of it) is ended in its partition.
Examples: ottla txn abort payments --dry-run
          ottla txn abort --hanging orders:3 --start-offset 1200
Exit codes: 0 aborted, 1 there is none or it was refused, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// The transactional ids
    #[arg(value_name = "ID", required_unless_present = "hanging", conflicts_with = "hanging")]
    ids: Vec<String>,
    /// A partition with a transaction that no coordinator knows
    #[arg(long, value_name = "TOPIC:N", requires = "start_offset")]
    hanging: Option<String>,
    /// Where that transaction begins: `ottla txn producers` tells
    #[arg(long, value_name = "OFFSET", requires = "hanging")]
    start_offset: Option<i64>,
    /// Say what would be aborted, and abort nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

/// Aborts them, and says what they were on stderr.
pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    arguments.target.run(async |admin| match (&arguments.hanging, arguments.start_offset) {
        (Some(place), Some(offset)) => {
            abort_hanging(&admin, &partition(place)?, offset, arguments.dry_run, console).await
        }
        _ => abort_known(&admin, arguments, console).await,
    })
}

fn partition(text: &str) -> Outcome<TopicPartition> {
    let parts = text.rsplit_once(':').and_then(|(topic, index)| Some((topic, index.parse().ok()?)));
    let (topic, index) =
        parts.ok_or_else(|| Failure::usage(format!("{text} is not of the form TOPIC:N")))?;
    Ok(TopicPartition::new(topic, index))
}

async fn abort_known(admin: &Admin, arguments: &Arguments, console: &mut Console) -> Outcome {
    let ids: Vec<&str> = arguments.ids.iter().map(String::as_str).collect();
    let (found, mut outcome) = split(admin.describe_transactions(&ids).await, console);
    let mut open = Vec::new();
    for (id, one) in found {
        if one.state == "Ongoing" {
            open.push((id, one));
        } else {
            console.talk(format_args!("{id} has no open transaction: {}", one.state));
            outcome = Err(Failure::told());
        }
    }
    if arguments.dry_run {
        for (id, one) in &open {
            console.talk(format_args!("- would abort {id}: {}", shown(one)));
        }
        return outcome;
    }
    let ids: Vec<&str> = open.iter().map(|(id, _)| id.as_str()).collect();
    let results = admin.fence_producers(&ids).await;
    let was = |id: &String| open.iter().find(|(known, _)| known == id).map(|(_, one)| shown(one));
    let told = |id: &String| format!("aborted {id}: {}", was(id).unwrap_or_default());
    tell_each(results, |_| false, console, |id, _| told(id)).and(outcome)
}

fn shown(one: &TransactionDescription) -> String {
    let partitions: Vec<String> = one.partitions.iter().map(ToString::to_string).collect();
    let (id, epoch) = (one.producer_id, one.producer_epoch);
    format!("producer {id}, epoch {epoch}, partitions {}", partitions.join(","))
}

async fn abort_hanging(
    admin: &Admin,
    partition: &TopicPartition,
    offset: i64,
    is_dry: bool,
    console: &mut Console,
) -> Outcome {
    let asked = std::slice::from_ref(partition);
    let (found, outcome) = split(admin.describe_producers(asked, None).await, console);
    outcome?;
    let mut producers = found.into_iter().flat_map(|(_, producers)| producers);
    let Some(one) = producers.find(|one| one.current_txn_start == Some(offset)) else {
        let text = format!("no open transaction begins at {offset} in {partition}");
        return Err(Failure::new(text).advise("ottla txn producers lists them"));
    };
    check_forgotten(admin, &one, partition).await?;
    let (id, epoch) = (one.producer_id, one.producer_epoch);
    let shown = format!("{partition} from {offset}: producer {id}, epoch {epoch}");
    if is_dry {
        console.talk(format_args!("- would abort {shown}"));
        return Ok(());
    }
    let wrong = || Failure::new(format!("{epoch} is no epoch of a producer"));
    let abort = AbortTransaction {
        partition: partition.clone(),
        producer_id: id,
        producer_epoch: i16::try_from(epoch).map_err(|_| wrong())?,
        coordinator_epoch: one.coordinator_epoch.unwrap_or(0),
    };
    admin.abort_transaction(&abort).await?;
    console.talk(format_args!("aborted {shown}"));
    Ok(())
}

/// What a coordinator knows must not be ended behind its back: one partition of a transaction would be
/// aborted, and the others committed.
async fn check_forgotten(
    admin: &Admin,
    producer: &ProducerState,
    partition: &TopicPartition,
) -> Outcome {
    let filter = TransactionFilter {
        producer_ids: vec![producer.producer_id],
        ..TransactionFilter::default()
    };
    for one in admin.list_transactions(&filter).await? {
        let id = one.transactional_id;
        let described = admin.describe_transactions(&[&id]).await.into_values().next();
        if described.is_some_and(|found| found.is_ok_and(|it| it.partitions.contains(partition))) {
            let text = format!("its coordinator knows the transaction, as {id}: {}", one.state);
            return Err(Failure::new(text).advise(format!("ottla txn abort {id}")));
        }
    }
    Ok(())
}
