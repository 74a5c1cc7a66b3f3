//! How runtimes write the numbers of JSON text that they have parsed.

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    /// JavaScript; Go writes into an `any` alike. Every number is a double.
    JavaScript,
    Php,
    Python,
    /// `Double.toString`, as Jackson uses it.
    Java,
    /// `double.ToString("R")` of .NET since 3.0, as Newtonsoft uses it.
    DotNet,
}

impl Runtime {
    /// The token as the runtime writes it again; none where it keeps what was written.
    pub(super) fn spell(self, token: &str) -> Option<String> {
        let is_decimal = token.contains(['.', 'e', 'E']);
        if !is_decimal && self.keeps_integer(token) {
            return None;
        }
        let number: f64 = token.parse().ok().filter(|number: &f64| number.is_finite())?;
        let digits = Digits::of(number);
        let plain = match self {
            Self::JavaScript => (-6..21).contains(&digits.exponent),
            Self::Php => (-4..17).contains(&digits.exponent),
            Self::Python => (-4..16).contains(&digits.exponent),
            Self::Java => (-3..7).contains(&digits.exponent),
            Self::DotNet => (-5..15).contains(&digits.exponent),
        };
        let (sign, point) = match self {
            // The only runtime that forgets the sign of zero.
            Self::JavaScript if number == 0.0 => ("", ""),
            Self::JavaScript | Self::Php => (digits.sign, ""),
            Self::Python | Self::Java | Self::DotNet => (digits.sign, ".0"),
        };
        if plain || number == 0.0 {
            let text = format!("{}", number.abs());
            let point = if text.contains('.') { "" } else { point };
            return Some(format!("{sign}{text}{point}"));
        }
        let (first, rest) = digits.text.split_at(1);
        let (mark, away) =
            (if digits.exponent < 0 { "-" } else { "+" }, digits.exponent.unsigned_abs());
        let dotted = if rest.is_empty() { first.to_owned() } else { format!("{first}.{rest}") };
        let with_zero = if rest.is_empty() { format!("{first}.0") } else { dotted.clone() };
        Some(match self {
            Self::JavaScript => format!("{sign}{dotted}e{mark}{away}"),
            Self::Php => format!("{sign}{with_zero}e{mark}{away}"),
            Self::Python => format!("{sign}{dotted}e{mark}{away:02}"),
            Self::Java => format!("{sign}{with_zero}E{}", digits.exponent),
            Self::DotNet => format!("{sign}{dotted}E{mark}{away:02}"),
        })
    }

    /// Whether an integer comes out as it went in.
    fn keeps_integer(self, token: &str) -> bool {
        match self {
            Self::JavaScript => false,
            Self::Php => token.parse::<i64>().is_ok(),
            Self::Python | Self::Java | Self::DotNet => true,
        }
    }
}

/// The fewest digits that read back as the same double.
struct Digits {
    sign: &'static str,
    text: String,
    /// The power of ten of the first digit.
    exponent: i32,
}

impl Digits {
    fn of(number: f64) -> Self {
        let sign = if number.is_sign_negative() { "-" } else { "" };
        let text = format!("{:e}", number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        Self {
            sign,
            text: mantissa.replace('.', ""),
            exponent: exponent.parse().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(runtime: Runtime, tokens: &str) -> String {
        tokens
            .split(' ')
            .map(|token| runtime.spell(token).unwrap_or_else(|| token.to_owned()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What Node 20, PHP 8.2, Python 3.11 and Java 17 really write; .NET's by its documentation.
    #[test]
    fn numbers_are_written_as_the_runtimes_do() {
        let tokens = "1.00 105.50 0.000001 1.5e-7 0.0001 12345678.5 1e16 1e21 -0.0 \
                      90071992547409931 12345678901234567890";
        for (runtime, expected) in [
            (
                Runtime::JavaScript,
                "1 105.5 0.000001 1.5e-7 0.0001 12345678.5 10000000000000000 1e+21 0 \
                 90071992547409940 12345678901234567000",
            ),
            (
                Runtime::Php,
                "1 105.5 1.0e-6 1.5e-7 0.0001 12345678.5 10000000000000000 1.0e+21 -0 \
                 90071992547409931 1.2345678901234567e+19",
            ),
            (
                Runtime::Python,
                "1.0 105.5 1e-06 1.5e-07 0.0001 12345678.5 1e+16 1e+21 -0.0 90071992547409931 \
                 12345678901234567890",
            ),
            (
                Runtime::Java,
                "1.0 105.5 1.0E-6 1.5E-7 1.0E-4 1.23456785E7 1.0E16 1.0E21 -0.0 90071992547409931 \
                 12345678901234567890",
            ),
            (
                Runtime::DotNet,
                "1.0 105.5 1E-06 1.5E-07 0.0001 12345678.5 1E+16 1E+21 -0.0 90071992547409931 \
                 12345678901234567890",
            ),
        ] {
            assert_eq!(spelled(runtime, tokens), expected, "{runtime:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_left_alone() {
        for token in ["true", "null", "1e999"] {
            assert_eq!(Runtime::Python.spell(token), None);
        }
    }
}
