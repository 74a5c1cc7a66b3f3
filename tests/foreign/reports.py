"""Reads every format of one run with readers that know nothing of us, and holds what they read against the JSON report.

    reports.py FOLDER    with report.json, .junit.xml, .sarif, .csv, .tap, .gitlab.json, .github.txt and .md of the same run
"""
import csv
import json
import pathlib
import re
import sys

from junitparser import Error, Failure, JUnitXml, Skipped

folder = pathlib.Path(sys.argv[1])
text = lambda name: (folder / name).read_text(encoding="utf-8")
report = json.loads(text("report.json"))
outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
troubles = []


def same(what, found, expected):
    if found != expected:
        troubles.append(f"{what}: found {found!r}, expected {expected!r}")


# JUnit: the same checks, each with the status that its outcome has, and counts that add up. What golive did not see itself is skipped.
xml = JUnitXml.fromfile(str(folder / "report.junit.xml"))
status = {"fail": Failure, "undecided": Error, "waived": Skipped, "not-applicable": Skipped, "attested": Skipped}
unseen = {check["id"] for check in report["checks"] if (check["reason"] or {}).get("kind") == "trial-run"}
cases = [case for suite in xml for case in suite]
same("JUnit cases", [case.name for case in cases], list(outcomes))
for case in cases:
    expected = Skipped if case.name in unseen else status.get(outcomes[case.name])
    same(f"JUnit {case.name}", [type(result) for result in case.result], [expected] if expected else [])
count = lambda *words: sum(report["counts"][word] for word in words)
same("JUnit counts", (xml.tests, xml.failures, xml.errors, xml.skipped),
     (len(outcomes), count("fail"), count("undecided") - len(unseen), count("waived", "not-applicable", "attested") + len(unseen)))

# SARIF: a result for each check and each further place of it, with a relative place; fingerprints that differ.
run, = json.loads(text("report.sarif"))["runs"]
same("SARIF results", list(dict.fromkeys(result["ruleId"] for result in run["results"])), list(outcomes))
prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
same("SARIF fingerprints", len(set(prints)), len(prints))
for result in run["results"]:
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    if re.match(r"[./]|[a-z]+:", uri):
        troubles.append(f"SARIF {result['ruleId']}: {uri} is no path within the repository")
same("SARIF exit code", run["invocations"][0]["exitCode"], report["verdict"]["exit_code"])

# CSV: a row for each requirement, and nothing that a spreadsheet would carry out.
rows = list(csv.DictReader(text("report.csv").splitlines()))
same("CSV rows", [(row["requirement"], row["decided"]) for row in rows],
     [(line["requirement"], line["decided"]) for line in report["coverage"]])
for row in rows:
    for cell in row.values():
        if cell[:1] in "=+-@" and cell:
            troubles.append(f"CSV {row['requirement']}: {cell!r} is a formula")

# TAP: the plan, then one point for each check, numbered.
tap = text("report.tap").splitlines()
plan = [line for line in tap if re.fullmatch(r"1\.\.\d+", line)]
points = [re.match(r"(?:not )?ok (\d+) ", line) for line in tap if re.match(r"(not )?ok", line)]
same("TAP plan", plan, [f"1..{len(outcomes)}"])
same("TAP points", [int(point[1]) for point in points if point], list(range(1, len(outcomes) + 1)))

# GitLab Code Quality: what fell short, each with what GitLab asks for.
quality = json.loads(text("report.gitlab.json"))
for one in quality:
    if not (one["description"] and one["fingerprint"] and one["location"]["path"] and one["location"]["lines"]["begin"] >= 1):
        troubles.append(f"GitLab: {one} lacks something")
    if one["severity"] not in ("info", "minor", "major", "critical", "blocker"):
        troubles.append(f"GitLab: {one['severity']} is no severity")
same("GitLab fingerprints", len({one["fingerprint"] for one in quality}), len(quality))
missing = {id for id, outcome in outcomes.items() if outcome == "fail"} - {one["check_name"] for one in quality}
same("GitLab leaves out", missing, set())

# GitHub: at most ten annotations, every line a command of the three that annotate or a notice without one.
annotations = [line for line in text("report.github.txt").splitlines() if line.startswith("::")]
for line in text("report.github.txt").splitlines():
    if line.startswith("::") and not re.match(r"::(error|warning|notice)( [a-zA-Z]+=[^:]*)?::", line):
        troubles.append(f"GitHub: {line[:80]} is no annotation")
if not 1 <= len(annotations) <= 11:
    troubles.append(f"GitHub: {len(annotations)} annotations")

# Markdown: a table whose rows all have as many cells as its head.
for table in re.findall(r"(?:^\|.*\n)+", text("report.md"), flags=re.M):
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
    same(f"Markdown table {table[:40]!r}", len(widths), 1)

for words in troubles:
    print(f"{folder.name}: {words}", file=sys.stderr)
sys.exit(1 if troubles else 0)
