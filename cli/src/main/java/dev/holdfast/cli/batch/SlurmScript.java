// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.SchedulerJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to submit again: the file that the user names, or what this job is running, which Slurm has
 * kept; the file that it was submitted from may have changed or gone since.
 *
 * @param file the one that the user names
 * @param text what Slurm has kept; empty if a file is named
 * @param origin where it comes from, or why there is none
 * @param arguments for the script
 */
record SlurmScript(Optional<Path> file, String text, String origin, List<String> arguments) {

  /**
   * Finds it.
   *
   * @param command script and arguments as {@code scontrol show job} prints them
   */
  static SlurmScript find(Asking asking, SchedulerJob job, Requeue.Wish wish, String command) {
    if (wish.script().isPresent()) {
      Path script = wish.script().get().toAbsolutePath();
      return Files.isReadable(script)
          ? new SlurmScript(Optional.of(script), "", script.toString(), List.of())
          : none("there is no readable script " + script);
    }
    Asking.Answer kept = asking.ask("scontrol", "write", "batch_script", job.id(), "-");
    if (!kept.given()) {
      return none(kept.trouble() + "; name the script with --resubmit");
    }
    return kept.text().startsWith("#!")
        ? new SlurmScript(
            Optional.empty(), kept.text(), "the script of this job", arguments(command))
        : none("the script that Slurm keeps is unreadable; name it with --resubmit");
  }

  private static SlurmScript none(String why) {
    return new SlurmScript(Optional.empty(), "", why, List.of());
  }

  boolean found() {
    return file.isPresent() || !text.isEmpty();
  }

  /** Slurm prints script and arguments with spaces between them; file names may have some too. */
  private static List<String> arguments(String command) {
    int end = command.length();
    while (end > 0 && !Files.isRegularFile(Path.of(command.substring(0, end)))) {
      end = command.lastIndexOf(' ', end - 1);
    }
    int first = end > 0 ? end : command.indexOf(' '); // the file may be gone
    String rest = first < 0 ? "" : command.substring(first).strip();
    return rest.isEmpty() ? List.of() : List.of(rest.split(" +", -1));
  }

  /** What is done with a script. */
  interface Use<T> {
    T with(Path script);
  }

  /**
   * Has it in a file for as long as it is used; sbatch copies it.
   *
   * @throws IOException if it cannot be written to a temporary file
   */
  <T> T use(Use<T> use) throws IOException {
    if (file.isPresent()) {
      return use.with(file.get());
    }
    Path copy = Files.createTempFile("holdfast", ".sh");
    try {
      Files.writeString(copy, text);
      return use.with(copy);
    } finally {
      Files.deleteIfExists(copy);
    }
  }
}
