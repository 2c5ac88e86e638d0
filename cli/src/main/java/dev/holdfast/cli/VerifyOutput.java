// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.VerifyOptions.Depth;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a store's verification found, for people and for programs. */
final class VerifyOutput {
  private static final int DAYS = 365;

  private VerifyOutput() {}

  static int exitCode(VerifyReport report) {
    return switch (report.outcome()) {
      case CLEAN -> ExitCode.DONE;
      case DAMAGED -> ExitCode.DAMAGE;
      case NO_USABLE_VERSION -> ExitCode.NO_VERSION;
    };
  }

  static String finding(Path root, Finding finding) {
    String at = finding.offset() < 0 ? "" : " at byte " + Text.count(finding.offset());
    String needed =
        finding.versions().isEmpty() ? "" : "; needed by " + versions(finding.versions());
    return "damaged: " + inside(root, finding.file()) + at + ": " + finding.what() + needed;
  }

  /** What was looked at, and the verdict, in one line. */
  static String verdict(Path root, VerifyReport report) {
    return Text.format(
        "%s: %s%s, %s, %d of %s %s: %s",
        root,
        Text.count(report.files(), "file"),
        report.depth() == Depth.BLOCKS && report.sample().isEmpty() ? " read" : "",
        Text.size(report.bytes()),
        report.usable().size(),
        Text.count(report.versions().size(), "version"),
        proof(report),
        outcome(report));
  }

  private static String proof(VerifyReport report) {
    String sampled = report.sample().isPresent() ? " sampled" : "";
    return switch (report.depth()) {
      case NAMES -> "sound by names, lengths and footers";
      case GRAPH -> "sound by all metadata";
      case CHECKSUMS -> "sound by" + sampled + " checksums of stored bytes";
      case BLOCKS -> sampled.isEmpty() ? "restore" : "sound by sampled blocks";
    };
  }

  private static String outcome(VerifyReport report) {
    return switch (report.outcome()) {
      case CLEAN -> "clean";
      case DAMAGED ->
          report.usable().isEmpty()
              ? "DAMAGED; no version was ever made"
              : "DAMAGED; still usable: " + versions(report.usable());
      case NO_USABLE_VERSION -> "DAMAGED; NO USABLE VERSION";
    };
  }

  /** Which share was read, and what a daily sample of that size comes to. */
  static String sample(Sample sample) {
    double read = sample.blockBytes() == 0 ? 1 : (double) sample.readBytes() / sample.blockBytes();
    return Text.format(
        "read %s of %s of blocks (%.2g %%), seed %d; samples of %s, one a day: %.0f %% after a"
            + " year, 99 %% after %s",
        Text.size(sample.readBytes()),
        Text.size(sample.blockBytes()),
        100 * read,
        sample.seed(),
        percent(sample.share()),
        100 * -Math.expm1(DAYS * Math.log1p(-sample.share())),
        Text.count(sample.runsForNearlyAll(), "day"));
  }

  private static String percent(double share) {
    double percent = Math.round(1e8 * share) / 1e6;
    return (percent == Math.rint(percent) ? Text.format("%.0f", percent) : percent + "") + " %";
  }

  static String versions(List<Long> numbers) {
    String listed = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return (numbers.size() == 1 ? "version " : "versions ") + listed;
  }

  /** A file's name as seen from the store's directory. */
  static String inside(Path root, String file) {
    Path path = Path.of(file);
    return path.startsWith(root) ? root.relativize(path).toString() : file;
  }

  /** The members of a report, without a schema. */
  static Map<String, Object> json(VerifyReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("outcome", report.outcome().name().toLowerCase(Locale.ROOT));
    json.put("depth", report.depth().name().toLowerCase(Locale.ROOT));
    report.sample().ifPresent(sample -> json.put("sample", json(sample)));
    json.put("files", report.files());
    json.put("size_bytes", report.bytes());
    json.put("versions", report.versions());
    json.put("usable", report.usable());
    json.put("findings", report.findings().stream().map(VerifyOutput::json).toList());
    List<Object> notes = new ArrayList<>();
    report.notes().forEach(note -> notes.add(Map.of("file", note.file(), "what", note.what())));
    json.put("notes", notes);
    return json;
  }

  private static Map<String, Object> json(Sample sample) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("share", sample.share());
    json.put("seed", sample.seed());
    json.put("block_bytes", sample.blockBytes());
    json.put("read_bytes", sample.readBytes());
    json.put("runs_until_99_percent", sample.runsForNearlyAll());
    return json;
  }

  private static Map<String, Object> json(Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", finding.file());
    if (finding.offset() >= 0) {
      json.put("offset_bytes", finding.offset());
    }
    json.put("what", finding.what());
    finding.expected().ifPresent(value -> json.put("expected", value));
    finding.actual().ifPresent(value -> json.put("actual", value));
    json.put("versions", finding.versions());
    return json;
  }
}
