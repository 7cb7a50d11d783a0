//! The text format: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.

use std::fmt::{Display, Write};

use crate::protocol::bus::Histogram;

/// Families of series, one after the other. Names and labels are this deployment's own.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// How often something has happened since the realm has started.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        self.sample(name, "", &[], value);
    }

    /// The same, by the values of one label.
    pub fn counters(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        let samples = values
            .iter()
            .map(|&(value, number)| ([(label, value)], number));
        self.samples(name, help, samples);
    }

    /// The same, by the values of some labels.
    pub fn samples<'a, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = ([(&'a str, &'a str); N], u64)>,
    ) {
        self.head(name, help, "counter");
        for (labels, number) in samples {
            self.sample(name, "", &labels, number);
        }
    }

    /// How many there are now.
    pub fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "gauge");
        self.sample(name, "", &[], value);
    }

    /// The same, by the values of one label.
    pub fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.head(name, help, "gauge");
        for (value, number) in values {
            self.sample(name, "", &[(label, value)], number);
        }
    }

    /// How long something has taken, in seconds.
    pub fn histogram(&mut self, name: &str, help: &str, bounds_ms: &[u64], times: &Histogram) {
        self.head(name, help, "histogram");
        let mut count = 0_u64;
        let counts = times.counts.iter().chain(std::iter::repeat(&0));
        for (bound_ms, within) in bounds_ms.iter().zip(counts) {
            count = count.saturating_add(*within);
            let bound = seconds(*bound_ms).to_string();
            self.sample(name, "_bucket", &[("le", &bound)], count);
        }
        let counts = times.counts.iter();
        let all = counts.fold(0, |all: u64, count| all.saturating_add(*count));
        self.sample(name, "_bucket", &[("le", "+Inf")], all);
        self.sample(name, "_sum", &[], seconds(times.sum_ms));
        self.sample(name, "_count", &[], all);
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let help = escaped(help, false);
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value, true)))
            .collect();
        if labels.is_empty() {
            self.line(format_args!("{name}{suffix} {value}"));
        } else {
            let labels = labels.join(",");
            self.line(format_args!("{name}{suffix}{{{labels}}} {value}"));
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Cannot fail: it is memory.
        let _ = writeln!(self.0, "{line}");
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

fn escaped(text: &str, quotes: bool) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes {
        escaped.replace('"', "\\\"")
    } else {
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_as_the_format_has_it() {
        let mut text = Text::default();
        text.counter("tries_total", "Tries.", u64::MAX);
        text.gauges("rooms", "Rooms.", "size", &[("small", 3), ("big", 0)]);
        let samples = [([("a", "1"), ("b", "2")], 5)];
        text.samples("calls_total", "Calls.", samples);
        assert_eq!(
            text.into_string(),
            "# HELP tries_total Tries.\n# TYPE tries_total counter\ntries_total 18446744073709551615\n\
             # HELP rooms Rooms.\n# TYPE rooms gauge\nrooms{size=\"small\"} 3\nrooms{size=\"big\"} 0\n\
             # HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{a=\"1\",b=\"2\"} 5\n"
        );
    }

    #[test]
    fn what_would_end_a_line_or_a_value_is_escaped() {
        let mut text = Text::default();
        text.gauges("a", "One\nof \"C:\\\".", "b", &[("x\"y\\\n", 1)]);
        assert_eq!(
            text.into_string(),
            "# HELP a One\\nof \"C:\\\\\".\n# TYPE a gauge\na{b=\"x\\\"y\\\\\\n\"} 1\n"
        );
    }

    #[test]
    fn the_buckets_of_a_histogram_hold_what_is_in_the_smaller_ones() {
        let written = |counts: &[u64], sum_ms| {
            let mut text = Text::default();
            let counts = counts.to_vec();
            text.histogram("t", "T.", &[1, 2_500], &Histogram { counts, sum_ms });
            text.into_string()
        };
        assert_eq!(
            written(&[2, 3, 4], 12_005),
            "# HELP t T.\n# TYPE t histogram\nt_bucket{le=\"0.001\"} 2\nt_bucket{le=\"2.5\"} 5\nt_bucket{le=\"+Inf\"} 9\n\
             t_sum 12.005\nt_count 9\n"
        );
        // Of another version, or none.
        assert!(written(&[], 0).ends_with("t_bucket{le=\"+Inf\"} 0\nt_sum 0\nt_count 0\n"));
        assert!(written(&[1, 0, 0, 1], 1).contains("t_bucket{le=\"+Inf\"} 2\n"));
    }
}
