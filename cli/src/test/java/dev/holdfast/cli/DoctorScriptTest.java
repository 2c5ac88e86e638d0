// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.doctor.ScriptFinding;
import dev.holdfast.cli.doctor.ScriptLint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holdfast doctor says of batch scripts. */
final class DoctorScriptTest {
  private static final Pattern TRAP = Pattern.compile("# trap: ([a-z0-9-]+)");

  @TempDir private Path temp;

  static Stream<Path> bad() throws Exception {
    return scripts("bad");
  }

  static Stream<Path> clean() throws Exception {
    return scripts("clean");
  }

  private static Stream<Path> scripts(String folder) throws IOException, URISyntaxException {
    var url = Objects.requireNonNull(DoctorScriptTest.class.getResource("doctor/" + folder));
    try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
      return files.sorted().toList().stream();
    }
  }

  /** Each trap is marked by a comment in the line where it is to be found. */
  @ParameterizedTest
  @MethodSource("bad")
  void badScript_isFound_whereItIsBad(Path script) throws IOException {
    List<String> expected = new ArrayList<>();
    List<String> lines = Files.readAllLines(script);
    for (int i = 0; i < lines.size(); i++) {
      for (Matcher m = TRAP.matcher(lines.get(i)); m.find(); ) {
        expected.add(i + 1 + " " + m.group(1));
      }
    }
    assertFalse(expected.isEmpty());
    assertEquals(expected.stream().sorted().toList(), found(Files.readString(script)));
  }

  @ParameterizedTest
  @MethodSource("clean")
  void cleanScript_hasNoFinding(Path script) throws IOException {
    assertEquals(List.of(), found(Files.readString(script)));
  }

  @Test
  void scriptOfHoldfast_hasNoFinding() {
    for (List<String> words : ScriptCommandTest.matrix()) {
      Command.Result written = Command.run(words.toArray());
      written.mustBeDone();
      assertEquals(List.of(), found(written.out()), written::out);
    }
  }

  private static List<String> found(String script) {
    return ScriptLint.of(script).stream().map(f -> f.line() + " " + f.rule()).sorted().toList();
  }

  @Test
  void everyRule_isInTheCorpus() throws Exception {
    List<String> marked = new ArrayList<>(List.of("dos-lines", "no-shebang")); // below
    for (Path script : bad().toList()) {
      TRAP.matcher(Files.readString(script)).results().forEach(m -> marked.add(m.group(1)));
    }
    Path sources = Path.of("src/main/java/dev/holdfast/cli/doctor");
    List<String> rules = new ArrayList<>();
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.filter(f -> f.toString().matches(".*(Rules|Lint)\\.java")).toList()) {
        Pattern.compile("(?:problem|warning)\\(\\s*[\\w.() +]+,\\s*\"([a-z0-9-]+)\",")
            .matcher(Files.readString(file))
            .results()
            .forEach(m -> rules.add(m.group(1)));
      }
    }
    assertTrue(rules.size() > 20, rules::toString);
    rules.removeAll(marked);
    assertEquals(List.of(), rules);
  }

  @Test
  void script_ofWindows_isFound() {
    assertEquals(
        List.of("1 dos-lines"), found("#!/bin/bash\r\n#SBATCH --time=1:00:00\r\n./wave\r\n"));
    assertEquals(List.of("1 no-shebang"), found("#SBATCH --time=1:00:00\n./wave\n"));
  }

  @Test
  void findings_forPeople_haveLineWhyAndRemedy() throws Exception {
    Path script =
        Files.writeString(
            temp.resolve("job.sh"), "#!/bin/bash\n#SBATCH --signal=B:USR1@99\nsrun ./wave\n");
    Command.Result result = Command.run("doctor", script);
    assertEquals(ExitCode.DAMAGE, result.code());
    result.mustSay(
        "job.sh:2: problem: B: sends USR1 to the shell alone",
        "[signal-unheard]",
        "  why     ",
        "  remedy  exec holdfast run",
        "1 problem, 0 warnings");
    assertEquals("", result.err());
    Path clean = Files.writeString(temp.resolve("clean.sh"), "#!/bin/bash\n./wave\n");
    Command.Result nothing = Command.run("doctor", clean);
    nothing.mustBeDone();
    nothing.mustSay("clean.sh: none of the known traps found");
  }

  @Test
  void findings_forPrograms_areJson() throws Exception {
    Path script =
        Files.writeString(
            temp.resolve("job.sh"), "#!/bin/bash\n#SBATCH --signal=B:USR1@99\nsrun ./wave\n");
    Map<?, ?> json = (Map<?, ?>) StrictJson.parse(Command.run("doctor", "--json", script).out());
    assertEquals("holdfast.doctor/1", json.get("schema"));
    assertEquals("script", json.get("subject"));
    Map<?, ?> finding =
        (Map<?, ?>) ((List<?>) Objects.requireNonNull(json.get("findings"))).getFirst();
    assertEquals("signal-unheard", Objects.requireNonNull(finding).get("rule"));
    assertEquals("problem", finding.get("severity"));
  }

  @Test
  void file_thatIsNoText_isRefused() throws Exception {
    Path binary = Files.write(temp.resolve("a.out"), new byte[] {0x7f, 'E', 'L', 'F', 0, 1});
    Command.run("doctor", binary).mustFail(ExitCode.BAD_DATA, "a.out is no script");
  }

  /** Half a script is what people have while they write one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "'",
        "\"",
        "$(",
        "`",
        "((",
        "{",
        "}",
        "fi",
        "done",
        "esac",
        "f() {",
        "<<EOF",
        "cat <<'A' <<B\n",
        "a \\",
        "trap",
        "trap ''",
        "wait",
        "#SBATCH",
        "#SBATCH --signal",
        "#SBATCH --signal=B:USR1@99999999999999999999",
        "if",
        "if ;",
        "case x in\nUSR1) exit 99;;",
        "rm",
        "mv",
        "sleep",
        "&&&&",
        ";;;;|",
        "x=\"$(cat <<E\nE\n)\""
      })
  void fragment_ofAScript_isNoFailure(String fragment) {
    for (String mark : List.of("#SBATCH -x", "#PBS -x", "#BSUB -x", "#$ -x", "")) {
      List<ScriptFinding> findings = ScriptLint.of("#!/bin/bash\n" + mark + "\n" + fragment);
      assertTrue(findings.stream().allMatch(f -> f.line() >= 1), findings::toString);
    }
  }
}
