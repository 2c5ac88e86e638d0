// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks every byte of a store. */
@Command(
    name = "verify",
    description = "Check every byte of every file of a store, and that every version restores.",
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE",
      description = "The store; without it the only one in the current folder.")
  private @Nullable String address;

  @Option(names = "--json", description = "For programs: schema holdfast.verify/1.")
  private boolean json;

  @Override
  public Integer call() {
    StoreAddress where = StoreAddress.parse(address);
    if (where.namesVersion()) {
      throw new CommandException(
          ExitCode.USAGE,
          "verify checks whole stores, because versions share files: leave @VERSION out");
    }
    Path root = where.openStore().root();
    VerifyReport report = Verifier.verify(root, Disk.local());
    if (json) {
      spec.commandLine().getOut().println(Json.of(toJson(root, report)));
    } else {
      print(root, report);
    }
    return switch (report.outcome()) {
      case CLEAN -> ExitCode.DONE;
      case DAMAGED -> ExitCode.DAMAGE;
      case NO_USABLE_VERSION -> ExitCode.NO_VERSION;
    };
  }

  private void print(Path root, VerifyReport report) {
    PrintWriter out = spec.commandLine().getOut();
    for (VerifyReport.Finding finding : report.findings()) {
      String at = finding.offset() < 0 ? "" : " at byte " + Text.count(finding.offset());
      String needed =
          finding.versions().isEmpty() ? "" : "; needed by " + versions(finding.versions());
      out.println("damaged: " + inside(root, finding.file()) + at + ": " + finding.what() + needed);
    }
    report.notes().forEach(n -> out.println("note: " + inside(root, n.file()) + ": " + n.what()));
    out.println(
        Text.format(
            "%s: %s read, %s, %d of %s restore: %s",
            root,
            Text.count(report.files(), "file"),
            Text.size(report.bytes()),
            report.usable().size(),
            Text.count(report.versions().size(), "version"),
            verdict(report)));
  }

  private static String verdict(VerifyReport report) {
    return switch (report.outcome()) {
      case CLEAN -> "clean";
      case DAMAGED -> "DAMAGED; still usable: " + versions(report.usable());
      case NO_USABLE_VERSION -> "DAMAGED; NO USABLE VERSION";
    };
  }

  private static String versions(List<Long> numbers) {
    String listed = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return (numbers.size() == 1 ? "version " : "versions ") + listed;
  }

  /** A file's name as seen from the store's directory. */
  private static String inside(Path root, String file) {
    Path path = Path.of(file);
    return path.startsWith(root) ? root.relativize(path).toString() : file;
  }

  private static Map<String, Object> toJson(Path root, VerifyReport report) {
    List<Object> findings = new ArrayList<>();
    for (VerifyReport.Finding finding : report.findings()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("file", finding.file());
      if (finding.offset() >= 0) {
        entry.put("offset_bytes", finding.offset());
      }
      entry.put("what", finding.what());
      entry.put("versions", finding.versions());
      findings.add(entry);
    }
    List<Object> notes = new ArrayList<>();
    report.notes().forEach(note -> notes.add(Map.of("file", note.file(), "what", note.what())));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.verify/1");
    json.put("store", root.toString());
    json.put("outcome", report.outcome().name().toLowerCase(Locale.ROOT));
    json.put("files", report.files());
    json.put("size_bytes", report.bytes());
    json.put("versions", report.versions());
    json.put("usable", report.usable());
    json.put("findings", findings);
    json.put("notes", notes);
    return json;
  }
}
