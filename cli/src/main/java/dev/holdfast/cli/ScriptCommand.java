// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.script.BatchScript;
import dev.holdfast.cli.script.ScriptException;
import dev.holdfast.cli.script.ScriptWish;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a batch script. */
@Command(
    name = "script",
    description = {
      "Write a batch script under which a command survives time limits, preemption and lost nodes:"
          + " it is told in time, stops at a checkpoint, gets into the queue again and goes on.",
      "Run the script by hand on the login node: outside a job it submits itself."
    },
    sortOptions = false)
final class ScriptCommand implements Callable<Integer> {
  private static final String TASK = "{task}";
  private static final String SUFFIX = ".holdfast";
  private static final Pattern SOURCE = Pattern.compile(".*\\.(java|py|sh|R|jl|m)");
  private static final Set<String> MINUTES_FIRST = Set.of("slurm", "pbs", "sge");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SCHEDULER", description = "slurm, pbs, lsf or sge.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private String scheduler;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "What to run, after --, with its arguments.")
  private List<String> command = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the script into this new file, ready to run; unless said to the screen.")
  private @Nullable Path file;

  @Option(names = "--force", description = "Replace the file of -o if it exists.")
  private boolean force;

  @ArgGroup(validate = false, heading = "%nThe job:%n")
  private final ScriptJobOptions job = new ScriptJobOptions();

  @ArgGroup(validate = false, heading = "%nCheckpoints:%n")
  private final Checkpoints checkpoints = new Checkpoints();

  @ArgGroup(validate = false, heading = "%nHanded on to holdfast run:%n")
  private final ScriptRunOptions run = new ScriptRunOptions();

  /** Where versions go and how long one takes. */
  private static final class Checkpoints {
    @Option(
        names = {"-C", "--cost"},
        paramLabel = "TIME",
        description =
            "How long a checkpoint takes; 2min unless said. Decides how early the job is told.")
    private @Nullable String cost;

    @Option(
        names = "--step",
        paramLabel = "TIME",
        description = "The longest step of the program: a checkpoint waits for its end.")
    private @Nullable String step;

    @Option(
        names = "--store",
        paramLabel = "PATH",
        description = "Where every node sees it; NAME.holdfast in the folder of the job otherwise.")
    private @Nullable String store;

    @Option(
        names = {"--chdir", "-D"},
        paramLabel = "FOLDER",
        description = "Where the command runs; the current folder unless said.")
    private @Nullable String folder;

    @Option(
        names = "--launcher",
        paramLabel = "PATH",
        description = "The holdfast command on the cluster; this one unless said.")
    private @Nullable String launcher;

    @Option(
        names = "--no-starter",
        description = "The command starts its tasks itself: put no srun or mpiexec before it.")
    private boolean bare;
  }

  @Override
  public Integer call() {
    GivenOptions.refuseRepeated(spec);
    if (force && file == null) {
      throw new CommandException(ExitCode.USAGE, "--force belongs to -o FILE: name the file");
    }
    String script;
    ScriptWish wish;
    try {
      BatchScript.mustKnow(scheduler);
      wish = wish();
      script = BatchScript.of(scheduler, wish);
    } catch (ScriptException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    if (file == null) {
      spec.commandLine().getOut().print(script);
      spec.commandLine().getOut().flush();
    } else {
      write(file, script);
    }
    remarks(wish).forEach(line -> spec.commandLine().getErr().println("holdfast: " + line));
    return ExitCode.DONE;
  }

  private ScriptWish wish() {
    if (command.getFirst().isBlank()) {
      throw new CommandException(ExitCode.USAGE, "the command to run is empty: name a program");
    }
    var array = job.array();
    String name = job.name(nameOf(command));
    Path folder = absolute("--chdir", checkpoints.folder == null ? "" : checkpoints.folder);
    return new ScriptWish(
        name,
        job.size(MINUTES_FIRST.contains(scheduler.toLowerCase(Locale.ROOT))),
        array,
        job.chain(),
        job.queue(),
        job.account(),
        checkpoints.cost == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(Parameter.COST.read(checkpoints.cost)),
        checkpoints.step == null ? 0 : Parameter.RESTART.read("--step", checkpoints.step),
        store(folder, name, array.isPresent()),
        folder.toString(),
        launcher(),
        run.files(),
        run.words(array.isPresent()),
        job.directives(),
        checkpoints.bare,
        command,
        writtenBy());
  }

  /** The command line without what says where the script goes. */
  private List<String> writtenBy() {
    List<String> words = new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
    words.remove("script"); // the verb
    words.remove("--force");
    for (String option : List.of("-o", "--output")) {
      int at = words.indexOf(option);
      int end = words.indexOf("--");
      if (at >= 0 && (end < 0 || at < end)) {
        words.subList(at, at + 2).clear();
      }
    }
    return words;
  }

  private String store(Path folder, String name, boolean array) {
    String given = checkpoints.store == null ? name + SUFFIX : checkpoints.store;
    if (given.isBlank()) {
      throw new CommandException(ExitCode.USAGE, "--store is empty: name a folder");
    }
    String store = absolute("--store", folder.resolve(given).toString()).toString();
    if (!array || store.contains(TASK)) {
      return store;
    }
    return store.endsWith(SUFFIX)
        ? store.substring(0, store.length() - SUFFIX.length()) + "-" + TASK + SUFFIX
        : store + "-" + TASK;
  }

  private static Path absolute(String option, String text) {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new CommandException(ExitCode.USAGE, option + ": \"" + text + "\" is not a path");
    }
  }

  private String launcher() {
    if (checkpoints.launcher != null) {
      return checkpoints.launcher;
    }
    return System.getProperty("holdfast.launcher", "holdfast");
  }

  /** What a person would call the job: the program, or the source file it is run from. */
  private static String nameOf(List<String> command) {
    String program =
        command.stream()
            .filter(word -> SOURCE.matcher(word).matches())
            .findFirst()
            .orElse(command.getFirst());
    String file = program.substring(program.lastIndexOf('/') + 1).replaceAll("\\.[A-Za-z]+$", "");
    String name = file.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[^A-Za-z]+", "");
    return name.isEmpty() ? "job" : name.substring(0, Math.min(name.length(), 40));
  }

  private void write(Path to, String script) {
    try {
      if (force) {
        Files.deleteIfExists(to);
      }
      Files.writeString(to, script, StandardOpenOption.CREATE_NEW);
      if (!to.toFile().setExecutable(true)) {
        throw new CommandException(ExitCode.CANNOT_CREATE, to + " cannot be made executable");
      }
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCode.CANNOT_CREATE, to + " exists: name another file, or add --force to replace it");
    } catch (FileSystemException e) {
      throw cannot(to, e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
    } catch (IOException e) {
      throw cannot(to, String.valueOf(e.getMessage()));
    }
    String name = to.getParent() == null ? "./" + to : to.toString();
    spec.commandLine().getErr().println("holdfast: wrote " + to + "; submit the job: " + name);
  }

  private static CommandException cannot(Path file, String why) {
    return new CommandException(
        ExitCode.CANNOT_CREATE,
        "cannot create " + file + ": " + why + "; name a file in a folder you may write to");
  }

  /** What is no mistake, but may be one. */
  private List<String> remarks(ScriptWish wish) {
    List<String> remarks = new ArrayList<>();
    if (!wish.files() && wish.parallel()) {
      remarks.add(
          "one process per store: of several tasks that use the library, one alone may open it."
              + " With --state any parallel program can be run");
    }
    for (String local : List.of("/tmp", "/var/tmp", "/dev/shm")) {
      if (Path.of(wish.store()).startsWith(local)) {
        remarks.add(
            wish.store()
                + " is on this node only as a rule: name one with --store that every node sees");
      }
    }
    if (wish.launcher().equals("holdfast")) {
      remarks.add("the script calls holdfast by its name: say --launcher if it is not on the PATH");
    }
    return remarks;
  }
}
