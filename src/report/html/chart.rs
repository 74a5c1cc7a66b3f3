//! The webhook conversation over time, as coordinates of a drawing.

use std::collections::BTreeMap;

use super::super::timeline::Exchanged;

/// The width of the drawing, in its own units.
const WIDTH: f64 = 1000.0;
/// Where time begins; left of it stand the names.
const LEFT: f64 = 250.0;
/// The height of a lane.
const LANE: f64 = 15.0;
/// The height of the axis.
const AXIS: f64 = 26.0;
/// The narrowest bar that can be seen.
const NARROWEST: f64 = 2.5;
/// How many characters of a name fit left of its lane.
const NAME_CHARS: usize = 34;

/// Lanes of scenarios, and bars of exchanges on them.
pub(super) struct Chart {
    pub(super) width: String,
    pub(super) height: String,
    pub(super) lanes: Vec<Lane>,
    pub(super) bars: Vec<Bar>,
    pub(super) ticks: Vec<Tick>,
    pub(super) exchanges: usize,
    pub(super) span: String,
}

pub(super) struct Lane {
    pub(super) name: String,
    pub(super) y: String,
    pub(super) baseline: String,
    pub(super) striped: bool,
}

pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) title: String,
}

pub(super) struct Tick {
    pub(super) x: String,
    pub(super) label: String,
}

impl Chart {
    /// None where nothing was said.
    pub(super) fn of(conversation: &[Exchanged]) -> Option<Self> {
        let end = conversation.iter().map(|one| one.began_us + one.took_us).max()?.max(1);
        let scale = (WIDTH - LEFT - 10.0) / end as f64;
        let at = |us: u64| LEFT + us as f64 * scale;
        let mut lanes: Vec<Lane> = Vec::new();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut bars = Vec::new();
        for one in conversation {
            let lane = *known.entry(one.scenario.as_str()).or_insert_with(|| {
                let y = AXIS + lanes.len() as f64 * LANE;
                let name = one.scenario.as_str();
                let cut: String = name.chars().take(NAME_CHARS).collect();
                let name = if cut.len() < name.len() { format!("{cut}…") } else { cut };
                lanes.push(Lane {
                    name,
                    y: figure(y),
                    baseline: figure(y + LANE - 4.0),
                    striped: lanes.len() % 2 == 1,
                });
                lanes.len() - 1
            });
            bars.push(Bar {
                class: one.reception.class(),
                x: figure(at(one.began_us)),
                y: figure(AXIS + lane as f64 * LANE + 3.0),
                width: figure((one.took_us as f64 * scale).max(NARROWEST)),
                title: format!("{}: {}", one.name, one.outcome),
            });
        }
        let ticks = ticks(end)
            .into_iter()
            .map(|us| Tick { x: figure(at(us)), label: duration(us) })
            .collect();
        let height = AXIS + lanes.len() as f64 * LANE + 4.0;
        Some(Self {
            width: figure(WIDTH),
            height: figure(height),
            lanes,
            bars,
            ticks,
            exchanges: conversation.len(),
            span: duration(end),
        })
    }
}

/// Four to nine round points in time up to `end`, in microseconds.
fn ticks(end: u64) -> Vec<u64> {
    let mut step: u64 = 1;
    while end / step >= 10 {
        step *= 10;
    }
    let step = [step / 5, step / 2, step]
        .into_iter()
        .find(|step| *step > 0 && end / step <= 9)
        .unwrap_or(step);
    (0..=end / step).map(|at| at * step).collect()
}

fn duration(us: u64) -> String {
    match us {
        0 => "0".to_owned(),
        1..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

/// A coordinate with no more digits than can be seen.
fn figure(value: f64) -> String {
    let figure = format!("{value:.1}");
    figure.strip_suffix(".0").map_or_else(|| figure.clone(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_neither_few_nor_many() {
        for end in [1, 7, 99, 1_000, 262_111, 1_999_999, 45_000_000] {
            let ticks = ticks(end);
            assert!((2..=10).contains(&ticks.len()), "{end}: {ticks:?}");
            assert!(ticks.iter().all(|tick| *tick <= end));
        }
    }

    #[test]
    fn times_are_read_in_their_own_unit() {
        assert_eq!(
            [duration(0), duration(900), duration(12_345), duration(1_250_000)],
            ["0", "900 µs", "12 ms", "1.2 s"]
        );
    }
}
