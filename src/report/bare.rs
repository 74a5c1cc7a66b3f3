//! Words of somebody else's that need no quotes around them.

use std::fmt::Write as _;

use golive_checks::model::{Show, is_command, is_invisible};

/// A name, path or option of somebody else's, without quotes around it: cut, and with everything
/// invisible spelled out.
pub(crate) struct Bare<'a>(pub(crate) &'a str);

impl Show for Bare<'_> {
    fn show(&self) -> String {
        let mut shown = String::new();
        for (at, (byte, c)) in self.0.char_indices().enumerate() {
            if at == BARE_CHARS {
                shown.push('…');
                break;
            }
            if is_invisible(c) || is_command(&self.0[byte..]) {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            } else {
                shown.push(c);
            }
        }
        shown
    }
}

/// How many characters of it a report repeats.
const BARE_CHARS: usize = 400;
