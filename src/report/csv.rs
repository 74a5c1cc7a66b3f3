//! The requirements of the platform's checklist as CSV, and how each was decided.

use super::Report;

/// Writes one row per requirement.
pub(crate) fn render(report: &Report) -> String {
    let mut table = ::csv::WriterBuilder::new().from_writer(Vec::new());
    let mut put = |row: [&str; 8]| {
        table.write_record(row.map(harmless)).expect("memory takes whatever is written")
    };
    put(["requirement", "section", "words", "required", "decided", "checks", "verdict", "page"]);
    let kind = if report.verdict.is_ready() { report.kind().to_lowercase() } else { String::new() };
    let verdict = format!("{}{}{kind}", report.run.draft_word(), report.verdict.word());
    for covered in report.coverage() {
        let requirement = covered.requirement;
        let required = if requirement.required { "required" } else { "recommended" };
        let by: Vec<String> =
            covered.by.iter().map(|(id, outcome)| format!("{id} ({outcome})")).collect();
        let row = [
            &requirement.section,
            &requirement.words,
            required,
            covered.decided.word(),
            &by.join("; "),
        ];
        let [section, words, required, decided, by] = row;
        put([&requirement.id, section, words, required, decided, by, &verdict, &requirement.page]);
    }
    String::from_utf8(table.into_inner().expect("memory takes whatever is written"))
        .expect("only strings were written")
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
