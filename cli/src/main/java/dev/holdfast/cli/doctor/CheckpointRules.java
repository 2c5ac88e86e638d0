// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.ScriptFinding.problem;
import static dev.holdfast.cli.doctor.ScriptFinding.warning;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Traps around the files that a restart needs. */
final class CheckpointRules {
  private static final String NAMES =
      "(?i)(ckpts?|ckp|chk|cpt|checkpoints?|restarts?|state|holdfast)";
  private static final Pattern CHECKPOINT = Pattern.compile(NAMES);
  private static final Pattern LOCAL =
      Pattern.compile(
          "(^|[\\s=\"':])(/tmp|/var/tmp|/dev/shm|/local|/localscratch|/scratch/local|/lscratch)"
              + "(/|\\b)|\\$\\{?(TMPDIR|SLURM_TMPDIR|TMP|PBS_JOBDIR|LOCAL_SCRATCH|JOBFS)\\b"
              + "|\\bmktemp\\b");
  private static final Pattern CLOCK =
      Pattern.compile(
          "(\\$\\(|`)\\s*date\\b|\\$\\{?RANDOM\\b|\\$\\$|\\$\\{?EPOCHSECONDS\\b|\\bmktemp\\s+-d");
  private static final Pattern JOB =
      Pattern.compile("\\$\\{?(SLURM_JOB_?ID|PBS_JOBID|LSB_JOBID|JOB_ID)\\b");
  private static final Pattern FOLDER =
      Pattern.compile(
          "^(export\\s+|readonly\\s+|local\\s+)?\\w*(?i:dir|out|run|work|ckpt|chk|checkpoint|store|scratch"
              + "|folder|path|restart)\\w*=.*",
          Pattern.DOTALL);
  private static final Pattern OLD =
      Pattern.compile("(?i)(\\.|_|-)(tmp|new|old|bak|part|prev|previous)\\b");

  private final ScriptText script;
  private final List<ScriptFinding> findings = new ArrayList<>();

  private CheckpointRules(ScriptText script) {
    this.script = script;
  }

  static List<ScriptFinding> of(ScriptText script) {
    CheckpointRules rules = new CheckpointRules(script);
    for (Statement statement : script.statements()) {
      rules.newFolder(statement);
      rules.nodeLocal(statement);
      rules.removed(statement);
      rules.overwritten(statement);
    }
    return rules.findings;
  }

  /** A run that begins in another folder than the one before begins from nothing. */
  private void newFolder(Statement statement) {
    if (!script.mayBeRequeued()) {
      return;
    }
    boolean place =
        FOLDER.matcher(statement.text()).matches() || statement.is("mkdir") || statement.is("cd");
    if (!place) {
      return;
    }
    String remedy = "a folder whose name stays the same from run to run";
    if (CLOCK.matcher(statement.text()).find()) {
      findings.add(
          problem(
              statement.line(),
              "folder-of-this-run",
              "every run of the job gets a folder of its own",
              "a requeued job does not find its checkpoints and starts from scratch",
              remedy));
    } else if (JOB.matcher(statement.text()).find()) {
      findings.add(
          warning(
              statement.line(),
              "folder-of-this-job",
              "the folder is named after the job's number",
              "a successor, or the same script submitted by hand, has another number and starts from"
                  + " scratch",
              remedy));
    }
  }

  private void nodeLocal(Statement statement) {
    if (!script.mayBeRequeued() || statement.is("cp") || statement.is("rsync")) {
      return;
    }
    boolean checkpoint = CHECKPOINT.matcher(statement.text()).find();
    if (checkpoint && !statement.is("rm") && LOCAL.matcher(statement.text()).find()) {
      findings.add(
          problem(
              statement.line(),
              "checkpoint-on-node",
              "the checkpoint lies on a disk of this node",
              "the requeued job runs on another node, where it is not, or after a clean-up",
              "a path on the shared file system"));
    }
  }

  private void removed(Statement statement) {
    if (!statement.is("rm")) {
      return;
    }
    for (String word : words(statement)) {
      if (CHECKPOINT.matcher(word).find() && !OLD.matcher(word).find()) {
        findings.add(
            problem(
                statement.line(),
                "checkpoint-removed",
                word + " is removed before a newer one is known to be whole",
                "a kill between this and the next checkpoint leaves none",
                "keep it until the new one is written and checked; holdfast keeps two"));
        return;
      }
    }
  }

  private void overwritten(Statement statement) {
    if (!statement.is("mv") && !statement.is("cp") && !statement.is("rsync")) {
      return;
    }
    List<String> words = words(statement);
    if (words.size() < 2) {
      return;
    }
    String target = words.getLast();
    boolean kept = OLD.matcher(target).find() || CLOCK.matcher(target).find();
    if (!CHECKPOINT.matcher(target).find() || kept || target.endsWith("/")) {
      return;
    }
    findings.add(
        warning(
            statement.line(),
            "checkpoint-overwritten",
            target + " is replaced, and there is no other",
            statement.is("mv")
                ? "if the new file is torn, none is left; between file systems mv copies, and a kill"
                    + " leaves half a file"
                : "a kill while it copies leaves half a file and no whole one",
            "keep the one before as well, and rename within one folder; holdfast run --state does"));
  }

  private static List<String> words(Statement statement) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("\"[^\"]*\"|'[^']*'|\\S+").matcher(statement.command());
    word.find(); // the command itself
    while (word.find()) {
      if (!word.group().startsWith("-") && !word.group().contains(">")) {
        words.add(word.group().replaceAll("[\"']", ""));
      }
    }
    return words;
  }
}
