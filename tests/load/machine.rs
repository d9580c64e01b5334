//! What the machine says of itself and of what runs on it (`/proc`, so Linux only).

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Length of a tick in `/proc`: Linux shows 100 a second on every machine we run on.
const TICK: Duration = Duration::from_millis(10);

/// The clock of the measurements.
#[expect(clippy::disallowed_methods, reason = "this program measures time")]
pub fn tick() -> Instant {
    Instant::now()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The fields of a process after its name: state, parent, ...
fn stat(pid: u32) -> Vec<u64> {
    let text = read(format!("/proc/{pid}/stat"));
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    after.split_whitespace().map(|f| f.parse().unwrap_or(0)).collect()
}

fn ticks(fields: &[u64], which: std::ops::Range<usize>) -> Duration {
    let sum: u64 = fields.get(which).unwrap_or_default().iter().sum();
    TICK * u32::try_from(sum).unwrap_or(u32::MAX)
}

/// Processor time of a process, its threads included.
pub fn cpu(pid: u32) -> Duration {
    ticks(&stat(pid), 11..13)
}

/// Processor time of a database cluster: its first process with the children that have ended, and
/// those that live.
pub fn cluster_cpu(postmaster: u32) -> Duration {
    let living: Duration = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok())
        .map(stat)
        .filter(|fields| fields.get(1) == Some(&u64::from(postmaster)))
        .map(|fields| ticks(&fields, 11..13))
        .sum();
    ticks(&stat(postmaster), 11..15) + living
}

/// Memory of a process in MB: resident now, and the most it ever was.
pub fn memory(pid: u32) -> (f64, f64) {
    let status = read(format!("/proc/{pid}/status"));
    let of = |key: &str| {
        let line = status.lines().find(|l| l.starts_with(key)).unwrap_or_default();
        let kb = line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok());
        kb.unwrap_or(f64::NAN) * 1024.0 / 1e6
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// Time all cores were busy, and the time the host gave to others, since the machine started.
fn busy() -> (Duration, Duration) {
    let text = read("/proc/stat");
    let fields: Vec<u64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .map(|f| f.parse().unwrap_or(0))
        .collect();
    (ticks(&fields, 0..3) + ticks(&fields, 5..7), ticks(&fields, 7..8))
}

/// Whose processor time is our own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ours {
    /// The server, if one runs.
    pub server: Option<u32>,
    /// The first process of the database cluster, if one runs.
    pub cluster: Option<u32>,
}

impl Ours {
    fn spent(self) -> Spent {
        let (busy, stolen) = busy();
        Spent {
            wall: Duration::ZERO,
            server: self.server.map(cpu).unwrap_or_default(),
            cluster: self.cluster.map(cluster_cpu).unwrap_or_default(),
            phones: cpu(std::process::id()),
            busy,
            stolen,
        }
    }
}

/// Times of one measurement.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// By the clock on the wall.
    pub wall: Duration,
    /// Processor time of the server.
    pub server: Duration,
    /// Processor time of the database cluster.
    pub cluster: Duration,
    /// Processor time of this program, which plays the phones.
    pub phones: Duration,
    busy: Duration,
    stolen: Duration,
}

impl Spent {
    /// Processor time of everybody else in percent of the whole machine's.
    pub fn foreign(&self) -> f64 {
        let ours = self.server + self.cluster + self.phones;
        let others = self.busy.saturating_sub(ours) + self.stolen;
        100.0 * others.as_secs_f64() / (self.wall.as_secs_f64() * cores() as f64)
    }
}

/// A measurement under way.
#[derive(Debug)]
pub struct Meter {
    ours: Ours,
    began: Instant,
    before: Spent,
}

impl Meter {
    /// Starts.
    pub fn start(ours: Ours) -> Self {
        Self { ours, before: ours.spent(), began: tick() }
    }

    /// Stops.
    pub fn stop(self) -> Spent {
        let wall = self.began.elapsed();
        let (after, before) = (self.ours.spent(), self.before);
        Spent {
            wall,
            server: after.server.saturating_sub(before.server),
            cluster: after.cluster.saturating_sub(before.cluster),
            phones: after.phones.saturating_sub(before.phones),
            busy: after.busy.saturating_sub(before.busy),
            stolen: after.stolen.saturating_sub(before.stolen),
        }
    }
}

/// Cores this program may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Load averages of the last 1, 5 and 15 minutes.
pub fn load() -> String {
    read("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Processor, cores, memory and kernel in one line.
pub fn describe() -> String {
    let first = |path: &str, key: &str| {
        let text = read(path);
        let line = text.lines().find(|l| l.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once(':').map(|(_, v)| v.trim().to_owned()).unwrap_or_default()
    };
    let kb = first("/proc/meminfo", "MemTotal");
    let gb = kb.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1_048_576.0;
    format!(
        "{} × {}, {gb:.0} GiB, Linux {}",
        cores(),
        first("/proc/cpuinfo", "model name"),
        read("/proc/sys/kernel/osrelease").trim()
    )
}

/// The kind of file system a path is on.
pub fn file_system(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    read("/proc/mounts")
        .lines()
        .filter_map(|l| {
            let mut fields = l.split(' ').skip(1);
            let (at, kind) = (fields.next()?.to_owned(), fields.next()?.to_owned());
            path.starts_with(&at).then_some((at.len(), kind))
        })
        .max()
        .map(|(_, kind)| kind)
        .unwrap_or_default()
}
