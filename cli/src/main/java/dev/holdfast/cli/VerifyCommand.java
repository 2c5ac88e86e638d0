// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE",
      description = "The store; without it the only one in the current folder.")
  private @Nullable String address;

  @Option(names = "--json", description = "Schema holdfast.verify/1.")
  private boolean json;

  @Override
  public Integer call() {
    StoreAddress where = StoreAddress.parse(address);
    if (where.version().isPresent()) {
      throw new CommandException(
          ExitCode.USAGE, "verify checks whole stores: versions share files; leave @VERSION out");
    }
    VerifyReport report = Verifier.verify(where.path(), Disk.local());
    if (json) {
      spec.commandLine().getOut().println(Json.of(toJson(where, report)));
    } else {
      print(where, report);
    }
    return switch (report.outcome()) {
      case CLEAN -> ExitCode.DONE;
      case DAMAGED -> ExitCode.DAMAGE;
      case NO_USABLE_VERSION -> ExitCode.NO_VERSION;
    };
  }

  private void print(StoreAddress where, VerifyReport report) {
    PrintWriter out = spec.commandLine().getOut();
    for (VerifyReport.Finding finding : report.findings()) {
      String at = finding.offset() < 0 ? "" : " at byte " + Text.count(finding.offset());
      String versions =
          finding.versions().isEmpty() ? "" : "; needed by versions " + finding.versions();
      out.println("damaged: " + finding.file() + at + ": " + finding.what() + versions);
    }
    report.notes().forEach(note -> out.println("note: " + note.file() + ": " + note.what()));
    String verdict =
        switch (report.outcome()) {
          case CLEAN -> "clean";
          case DAMAGED -> "DAMAGED; usable versions remain: " + report.usable();
          case NO_USABLE_VERSION -> "DAMAGED; NO USABLE VERSION";
        };
    out.println(
        Text.format(
            "%s: %d files, %s, %d of %d versions restore: %s",
            where.path(),
            report.files(),
            Text.size(report.bytes()),
            report.usable().size(),
            report.versions().size(),
            verdict));
  }

  private static Map<String, Object> toJson(StoreAddress where, VerifyReport report) {
    List<Object> findings = new ArrayList<>();
    for (VerifyReport.Finding finding : report.findings()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("file", finding.file());
      entry.put("offset_bytes", finding.offset());
      entry.put("what", finding.what());
      entry.put("versions", finding.versions());
      findings.add(entry);
    }
    List<Object> notes = new ArrayList<>();
    report.notes().forEach(note -> notes.add(Map.of("file", note.file(), "what", note.what())));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.verify/1");
    json.put("store", where.path().toAbsolutePath().toString());
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
