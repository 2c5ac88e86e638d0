// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command says about itself, and to those who misspell it. */
final class UsageTest {
  private static final int COLUMNS = 80;

  @Test
  void bare_withoutArguments_showsVerbsAndWhereToStart() {
    Command.Result result = Command.run();
    result.mustBeDone();
    result.mustSay("demo", "interval", "ls", "export", "verify", "Start with: holdfast demo");
    assertEquals("", result.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--help",
        "help ls",
        "ls --help",
        "demo --help",
        "drill --help",
        "export -h",
        "interval -h",
        "help"
      })
  void help_ofAnything_fitsTerminal(String line) {
    Command.Result result = Command.run((Object[]) words(line));
    result.mustBeDone();
    assertTrue(result.out().lines().allMatch(l -> l.length() <= COLUMNS), result.out());
    assertEquals("", result.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V", "ls --version", "verify -V"})
  void version_askedAnywhere_isToldWithJava(String line) {
    Command.Result result = Command.run((Object[]) words(line));
    result.mustBeDone();
    result.mustSay("holdfast ", "store format 1", "Java " + Runtime.version());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frob | there is no verb \"frob\"; verbs: demo, drill, interval, what-if, fit, simulate, ls, export, verify",
        "help frob | Unknown subcommand 'frob'",
        "--frob | there is no option \"--frob\"",
        "ls --jsno | there is no option \"--jsno\"; did you mean --json?",
        "ls a b | \"b\" is one argument too many",
        "export | Missing required parameter: 'STORE@VERSION:REGION'",
        "export s.holdfast | \"s.holdfast\" names no region; write STORE@VERSION:REGION",
        "export s@1:u --format=csv | expected one of [RAW, NPY]",
        "ls s@x | \"s@x\" is not STORE[@VERSION[:REGION]]",
        "ls s@99999999999999999999 | is not STORE[@VERSION[:REGION]]",
        "ls s@-1 | is not STORE[@VERSION[:REGION]]",
        "ls s@1:u | leave :REGION out",
        "verify s@1 | leave @VERSION out",
        "demo --size x | Invalid value for option '--size': 'x' is not an int",
        "demo --size 0 | --size 0: choose 16 to 16384",
        "demo --size 20000 | --size 20000: choose 16 to 16384",
        "demo --kills 2 | --kills 2: choose 3 to 1000",
        "demo --steps -1 | --steps -1: choose 1 or more",
        "drill | Missing required parameter: 'COMMAND'",
        "drill --kills 0 -- true | --kills 0: choose 1 to 100000",
        "drill --mttf 0s -- true | --mttf 0s: choose more than 0",
        "drill --mttf soon -- true | --mttf",
        "drill --signal HUP -- true | expected one of [KILL, TERM, STOP]",
        "drill --patience 0 -- true | --patience 0: choose 1 or more",
        "drill --same /a b -- true | --same /a: write it as seen from the folder",
        "drill -- no-such-program | there is no program no-such-program on the PATH",
        "drill -- ./no-such-program | there is no program",
        "demo --dir | Missing required parameter for option '--dir'"
      })
  void usage_wrong_exits2WithHint(String line, String words) {
    Command.run((Object[]) words(line)).mustFail(ExitCode.USAGE, "holdfast: ", words);
  }

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }
}
