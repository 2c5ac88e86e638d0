// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.doctor.Check;
import dev.holdfast.cli.doctor.EnvironmentDoctor;
import dev.holdfast.cli.doctor.ScriptFinding;
import dev.holdfast.cli.doctor.ScriptLint;
import dev.holdfast.cli.doctor.StoreDoctor;
import dev.holdfast.cli.doctor.Surroundings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds what will go wrong before it does. */
@Command(
    name = "doctor",
    description = {
      "Without an argument: say what is known of where this runs (batch job, Java, signals, the"
          + " file system of the store), from which source, and what is missing for a safe requeue."
          + " Most is to be seen from inside a batch job.",
      "With a store: who holds it, how long the disk lasts, how old its files are, and what the"
          + " place it lies on keeps of promises. Nothing is written.",
      "With a batch script: the known traps, by line. It is read, not run."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  nothing to do",
      "   2  wrong usage, or no such file",
      "   3  there are warnings or problems",
      "   4  the folder is no store",
      "  65  the file is no script     74  I/O error",
      "  78  the key is missing or wrong"
    },
    sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
  private static final long SCRIPT_BYTES_MAX = 10 << 20;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE|SCRIPT",
      description = "A store or a batch script.")
  private @Nullable Path subject;

  @Option(
      names = "--purge-age",
      paramLabel = "TIME",
      description = "Of a store: the site deletes files that are older, such as 30d.")
  private @Nullable String purgeAge;

  @Option(names = "--json", description = "For programs: schema holdfast.doctor/1.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Optional<Duration> purge =
        Optional.ofNullable(purgeAge)
            .map(age -> TimeOption.positive("--purge-age", age, "give more than 0, such as 30d"));
    if (purge.isPresent() && (subject == null || !Files.isDirectory(subject))) {
      throw CommandException.usage("--purge-age", "name a store");
    }
    if (subject == null) {
      String store = System.getenv().getOrDefault("HOLDFAST_STORE", "");
      Path place = Path.of(store).toAbsolutePath();
      return tell("environment", place, EnvironmentDoctor.of(Surroundings.real(), place));
    }
    if (!Files.exists(subject)) {
      throw new CommandException(ExitCode.USAGE, subject + ": there is no such file or folder");
    }
    if (Files.isDirectory(subject)) {
      StoreAddress address = StoreAddress.parse(subject.toString());
      return tell(
          "store", subject, StoreDoctor.of(Surroundings.real(), address.openStore(), purge));
    }
    return script(subject);
  }

  private int tell(String what, Path where, Map<String, List<Check>> groups) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(toJson(what, where, groups)));
    } else {
      groups.forEach((group, checks) -> print(group, checks, out));
      out.println(verdict(groups));
    }
    boolean well =
        groups.values().stream().flatMap(List::stream).allMatch(c -> c.level() == Check.Level.OK);
    return well ? ExitCode.DONE : ExitCode.DAMAGE;
  }

  private static void print(String group, List<Check> checks, PrintWriter out) {
    out.println(group);
    int width = checks.stream().mapToInt(c -> c.name().length()).max().orElse(0);
    for (Check check : checks) {
      String mark = check.level() == Check.Level.OK ? "ok" : word(check.level());
      String source = check.source().isEmpty() ? "" : "  [" + check.source() + "]";
      String name = check.name() + " ".repeat(width - check.name().length());
      out.println(Text.format("  %-7s  %s  %s%s", mark, name, check.value(), source));
      if (!check.remedy().isEmpty()) {
        out.println(" ".repeat(13 + width) + "-> " + check.remedy());
      }
    }
  }

  private static String word(Check.Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  private static String verdict(Map<String, List<Check>> groups) {
    Map<Check.Level, Integer> counts = new EnumMap<>(Check.Level.class);
    groups.values().stream()
        .flatMap(List::stream)
        .forEach(check -> counts.merge(check.level(), 1, Integer::sum));
    int problems = counts.getOrDefault(Check.Level.PROBLEM, 0);
    int warnings = counts.getOrDefault(Check.Level.WARNING, 0);
    return problems + warnings == 0
        ? "nothing to do"
        : Text.count(problems, "problem") + ", " + Text.count(warnings, "warning");
  }

  private static Map<String, Object> toJson(
      String what, Path where, Map<String, List<Check>> groups) {
    List<Object> all = new ArrayList<>();
    groups.forEach((group, checks) -> {
      for (Check check : checks) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("group", group);
        entry.put("severity", word(check.level()));
        entry.put("name", check.name());
        entry.put("value", check.value());
        entry.put("source", check.source());
        entry.put("remedy", check.remedy());
        all.add(entry);
      }
    });
    return head(what, where, "checks", all);
  }

  private static Map<String, Object> head(String what, Path where, String list, List<?> entries) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.doctor/1");
    json.put("subject", what);
    json.put("path", where.toString());
    json.put(list, entries);
    return json;
  }

  private int script(Path script) throws IOException {
    List<ScriptFinding> findings = ScriptLint.of(read(script));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          Json.of(
              head(
                  "script",
                  script,
                  "findings",
                  findings.stream().map(DoctorCommand::toJson).toList())));
    } else {
      print(script, findings, out);
    }
    return findings.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGE;
  }

  private static String read(Path script) throws IOException {
    boolean large = Files.size(script) > SCRIPT_BYTES_MAX;
    byte[] bytes = large ? new byte[1] : Files.readAllBytes(script);
    for (byte b : bytes) {
      if (b == 0) {
        throw new CommandException(ExitCode.BAD_DATA, script + " is no script: it is not text");
      }
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void print(Path script, List<ScriptFinding> findings, PrintWriter out) {
    for (ScriptFinding finding : findings) {
      out.println(
          Text.format(
              "%s:%d: %s: %s [%s]",
              script,
              finding.line(),
              finding.certain() ? "problem" : "warning",
              finding.what(),
              finding.rule()));
      out.println("  why     " + finding.why());
      out.println("  remedy  " + finding.remedy());
    }
    long certain = findings.stream().filter(ScriptFinding::certain).count();
    out.println(
        findings.isEmpty()
            ? script + ": none of the known traps found"
            : Text.format(
                "%s: %s, %s",
                script,
                Text.count(certain, "problem"),
                Text.count(findings.size() - certain, "warning")));
  }

  private static Map<String, Object> toJson(ScriptFinding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("line", finding.line());
    json.put("severity", finding.certain() ? "problem" : "warning");
    json.put("rule", finding.rule());
    json.put("what", finding.what());
    json.put("why", finding.why());
    json.put("remedy", finding.remedy());
    return json;
  }
}
