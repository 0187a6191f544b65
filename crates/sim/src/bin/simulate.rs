//! Runs worlds of [`ottla_sim::life`], one per seed, and says what happened in all of them.
//! `cargo xtask simulate` builds it optimized and runs it.
#![allow(clippy::disallowed_methods, reason = "it runs worlds; it does not live in one")]
#![allow(clippy::print_stdout, reason = "what it prints is its result")]

use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ottla_sim::life::{self, Tally};

/// Lines of the trace that are kept of a single world.
const TRACE_LINES: usize = 2_000_000;

const USAGE: &str = "\
usage: simulate SEEDS [--jobs N] [--keep-going]   SEEDS is 0..10000; as many jobs as processors
       simulate SEED [--trace]                    one world, with the node's log on stderr";

struct Request {
    seeds: Range<u64>,
    jobs: usize,
    keep_going: bool,
    trace: bool,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match parse(&args) {
        Some(request) if request.seeds.end == request.seeds.start + 1 => one(&request),
        Some(request) => many(&request),
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse(args: &[String]) -> Option<Request> {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut request = Request { seeds: 0..0, jobs, keep_going: false, trace: false };
    let mut args = args.iter();
    let seeds = args.next()?;
    request.seeds = match seeds.split_once("..") {
        Some((from, to)) => from.parse().ok()?..to.parse().ok()?,
        None => {
            let seed = seeds.parse().ok()?;
            seed..seed + 1
        }
    };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--jobs" => request.jobs = args.next()?.parse().ok().filter(|jobs| *jobs > 0)?,
            "--keep-going" => request.keep_going = true,
            "--trace" => request.trace = true,
            _ => return None,
        }
    }
    (!request.seeds.is_empty()).then_some(request)
}

/// One world, with everything a person wants to see.
fn one(request: &Request) -> ExitCode {
    let seed = request.seeds.start;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("debug"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    eprintln!("{}", life::describe(seed));
    let lines = if request.trace { TRACE_LINES } else { 0 };
    let (tally, trace) = life::run_traced(seed, lines);
    print!("{trace}");
    println!("{tally}");
    ExitCode::SUCCESS
}

#[derive(Default)]
struct Sum {
    tally: Tally,
    worlds: u64,
    red: Vec<(u64, String)>,
}

thread_local! {
    /// What the last panic of this thread said.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

fn many(request: &Request) -> ExitCode {
    std::panic::set_hook(Box::new(|info| SAID.set(info.to_string())));
    let (next, stop) = (AtomicU64::new(request.seeds.start), AtomicBool::new(false));
    let sum = Mutex::new(Sum::default());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..request.jobs {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= request.seeds.end {
                        return;
                    }
                    let ran = catch_unwind(AssertUnwindSafe(|| life::run(seed)));
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.worlds += 1;
                    match ran {
                        Ok(tally) => sum.tally.add(&tally),
                        Err(_) => {
                            let said = SAID.take();
                            eprintln!("seed {seed} failed: {said}\n    {}", again(seed));
                            sum.red.push((seed, said));
                            stop.fetch_or(!request.keep_going, Ordering::Relaxed);
                        }
                    }
                    if sum.worlds.is_multiple_of(500) {
                        let took = begun.elapsed().as_secs_f64();
                        eprintln!("{} worlds in {took:.0} s", sum.worlds);
                    }
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    report(request, &sum, begun.elapsed().as_secs_f64())
}

fn report(request: &Request, sum: &Sum, seconds: f64) -> ExitCode {
    let Range { start, end } = request.seeds;
    println!(
        "seeds       {start}..{end}: {} worlds in {seconds:.0} s, {:.1} a second, {} red",
        sum.worlds,
        sum.worlds as f64 / seconds,
        sum.red.len()
    );
    println!("{}", sum.tally);
    if let Some((seed, said)) = sum.red.iter().min() {
        println!("first red   seed {seed}: {said}\n    {}", again(*seed));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn again(seed: u64) -> String {
    format!("cargo xtask simulate {seed}")
}
