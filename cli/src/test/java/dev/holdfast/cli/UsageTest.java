// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command says about itself, and to those who misspell it. */
final class UsageTest {
  private static final int COLUMNS = 80;

  @TempDir private Path temp;

  @Test
  void bare_withoutArguments_showsVerbsAndWhereToStart() {
    Command.Result result = Command.run();
    result.mustBeDone();
    result.mustSay(
        "demo",
        "interval",
        "status",
        "stop",
        "ls",
        "diff",
        "export",
        "verify",
        "repair",
        "Start with: holdfast demo");
    assertEquals("", result.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--help",
        "help ls",
        "ls --help",
        "status --help",
        "stop --help",
        "demo --help",
        "drill --help",
        "run --help",
        "diff -h",
        "export -h",
        "verify -h",
        "repair -h",
        "interval -h",
        "script -h",
        "doctor -h",
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
        "frob | there is no verb \"frob\"; verbs: demo, drill, interval, what-if, fit, simulate,"
            + " run, script, status, stop, ls, diff, export, verify, repair, prune, pin, doctor",
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
        "verify --depth all | expected one of [NAMES, GRAPH, CHECKSUMS, BLOCKS]",
        "verify --threads 0 | --threads 0: choose 1 to 1024",
        "verify --sample 0 | --sample 0: give a share such as 1% or 0.01",
        "verify --sample some | --sample some: give a share such as 1% or 0.01",
        "verify --seed 3 | --seed belongs to --sample",
        "verify --sample 1% --depth graph | --sample: this depth reads no blocks",
        "repair s@1 | leave @VERSION out",
        "prune s@1 | leave @VERSION out",
        "prune --keep all | --keep \"all\": write how many versions, 1 or more, or a list",
        "pin s | name one version: STORE@VERSION",
        "pin s@1:u | name one version: STORE@VERSION",
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
        "run | Missing required parameter: 'COMMAND'",
        "run --retries -1 -- true | --retries -1: choose 0 to 1000000",
        "run --requeue=often -- true | --requeue often: choose auto, requeue, submit",
        "run --resubmit no.sh -- true | --resubmit no.sh: there is no such file",
        "run --max-requeues -1 -- true | --max-requeues -1: choose 0 to",
        "run --stop-code 256 -- true | --stop-code 256: choose 0 to 255",
        "run --stop-signal KILL -- true | --stop-signal KILL: write a signal's name",
        "run --state chk* --signal-checkpoint USR9 -- true | --signal-checkpoint USR9: write a",
        "run --stop-signal 9 -- true | --stop-signal 9: write a signal's name",
        "run --time-limit soon -- true | --time-limit",
        "run --time-limit 0s -- true | --time-limit 0s: choose more than 0",
        "run --grace 10 -- true | has no unit",
        "run --policy never-ever -- true | --policy: ",
        "script | Missing required parameters: 'SCHEDULER', 'COMMAND'",
        "script slurm | Missing required parameter: 'COMMAND'",
        "script loadleveler -- a | there is no script for \"loadleveler\"; schedulers: slurm, pbs,"
            + " lsf, sge",
        "script slurm --nodes -1 -- a | --nodes -1: give a whole number, 1 to 1000000",
        "script slurm --nodes 0 -- a | --nodes 0: give a whole number",
        "script slurm --ntasks two -- a | --ntasks two: give a whole number",
        "script slurm --array x -- a | --array \"x\": give task numbers such as 1-20",
        "script slurm --array 5-1 -- a | --array \"5-1\": give task numbers",
        "script slurm --array 1-5%0 -- a | --array \"1-5%0\": give task numbers",
        "script slurm --array , -- a | --array \",\": give task numbers",
        "script slurm --time 90 -- a | --time 90 has no unit: write 90min, 90h or 24:00:00",
        "script slurm --time soon -- a | --time \"soon\": give a limit such as 24:00:00",
        "script slurm --time 1-25:00:00 -- a | --time \"1-25:00:00\": give a limit",
        "script slurm --time 0:00:30 -- a | --time \"0:00:30\": a limit is 1 minute to 10 years",
        "script slurm --time 10min --cost 5min -- a | --time leaves no time to compute",
        "script slurm --cost 0s -- a | --cost \"0s\": give a duration greater than 0",
        "script slurm --cost 10h -- a | Slurm says at most 65535 s before the end",
        "script slurm --chain 0 -- a | --chain 0: give a whole number, 1 to 1000",
        "script slurm --queue a;b -- a | --queue \"a;b\": give one word",
        "script slurm --job-name 1x -- a | --job-name \"1x\": give a letter",
        "script slurm --pe mpi -- a | --pe is Grid Engine's",
        "script slurm --array 1-3 --state chk*.h5 -- a | put {task} into the pattern",
        "script slurm --done *.ok -- a | belong to --state",
        "script slurm --hang 0s --state x -- a | --hang 0s: give more than 0",
        "script slurm --keep 0 -- a | --keep \"0\": write how many versions, 1 or more",
        "run --keep every -- a | --keep \"every\": write how many versions, 1 or more, or a list",
        "script slurm --force -- a | --force belongs to -o FILE",
        "script slurm --time 1h --time 2h -- a | --time is given twice",
        "script pbs --array 1-3 -- a | add --chain N",
        "script pbs --array 1,3 --chain 2 -- a | PBS takes one range such as 1-20",
        "script lsf --time 30:00 -- a | --time 30:00: minutes or hours? write 30min or 30h",
        "script lsf --array 0-3 -- a | tasks of LSF begin at 1",
        "script sge --nodes 2 -- a | Grid Engine gives slots, not nodes",
        "script sge --ntasks 2 -- a | needs --pe NAME",
        "doctor none.sh | none.sh: there is no such file",
        "demo --dir | Missing required parameter for option '--dir'"
      })
  void usage_wrong_exits2WithHint(String line, String words) {
    Command.run((Object[]) words(line)).mustFail(ExitCode.USAGE, "holdfast: ", words);
  }

  /** The value of an option that may be left out is not taken from the command. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status --watch S | small: complete",
        "status --watch 5s S | small: complete",
        "status --watch=5s S | small: complete",
        "status S --watch | small: complete",
        "status S --watch 1h | small: complete",
        "status --watch S --attempts | small: complete",
        "status --attempts --watch S | small: complete",
        "stop --wait S | nothing to stop: small",
        "stop --wait 5s S | nothing to stop: small",
        "stop --wait=5s S | nothing to stop: small",
        "stop S --wait | nothing to stop: small",
        "stop S --wait 5s | nothing to stop: small",
      })
  void optionalTime_anywhere_leavesTheStoreToTheCommand(String line, String words)
      throws Exception {
    SmallStore small = SmallStore.make(temp.toRealPath());
    for (Path store : List.of(small.path(), temp.toRealPath().resolve("5s"))) {
      if (!store.equals(small.path())) {
        Files.move(small.path(), store); // one that is called like a length of time is a path too
      }
      Object[] all = words(line.replace("S", store.toString()));
      Command.Result result = Command.run(all);
      result.mustBeDone();
      result.mustSay(words);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status --watch=5s 5s | 0 | complete",
        "status 5s --watch | 0 | complete",
        "stop --wait=5s 5s | 0 | nothing to stop",
        "stop --wait 5s 5s | 0 | nothing to stop",
        "stop --wait 5s | 2 | Missing required parameter: 'STORE'",
        "stop --wait 5 5s | 2 | has no unit",
        "status --watch 5 5s | 2 | has no unit",
        "status --watch=often 5s | 2 | often",
        "status 5s --watch often | 2 | one argument too many",
      })
  void optionalTime_withAStoreThatIsCalledLikeOne_needsItsOwnValue(
      String line, int code, String words) throws Exception {
    SmallStore small = SmallStore.make(temp.toRealPath());
    Files.move(small.path(), temp.toRealPath().resolve("5s"));
    ProcessBuilder process = Command.process(List.of(), (Object[]) words(line));
    Command.Result result = Command.finish(process.directory(temp.toFile()).start());
    assertEquals(code, result.code(), result::toString);
    result.mustSay(words);
  }

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }
}
