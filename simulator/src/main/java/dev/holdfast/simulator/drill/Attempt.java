// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.process.ProcessSession;
import dev.holdfast.storage.io.Time;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** One run of the command. What it prints goes to files. */
final class Attempt {
  /** How Java reports the end of a process by SIGKILL. */
  static final int KILLED = 128 + 9;

  /** Variables that would tell the command of another job: nothing of them is inherited. */
  private static final Pattern FOREIGN = Pattern.compile("(HOLDFAST|SLURM_|PBS_|LSB_).*");

  private static final int TAIL_BYTES = 4096;
  private static final double NS = 1e-9;

  private final Process process;
  private final ProcessSession session;
  private final Path out;
  private final Path err;
  private final Time time;
  private final long startNs;
  private final long startEpochMs;
  private long endNs;

  private Attempt(Process process, Path out, Path err, Time time) {
    this.process = process;
    this.session = new ProcessSession(process.pid(), time);
    this.out = out;
    this.err = err;
    this.time = time;
    this.startNs = time.nanoTime();
    this.startEpochMs = time.epochMs();
  }

  /**
   * Starts the command.
   *
   * @param folder where it runs
   * @param log the beginning of the names of the files for its output
   * @param environment what Holdfast is told, by name
   */
  static Attempt start(
      List<String> command, Path folder, Path log, Map<String, String> environment, Time time)
      throws IOException {
    List<String> whole = new ArrayList<>(ProcessSession.prefix());
    whole.addAll(command);
    Path out = log.resolveSibling(log.getFileName() + ".out");
    Path err = log.resolveSibling(log.getFileName() + ".err");
    ProcessBuilder builder = new ProcessBuilder(whole).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> FOREIGN.matcher(name).matches());
    builder.environment().putAll(environment);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(out.toFile());
    builder.redirectError(err.toFile());
    return new Attempt(builder.start(), out, err, time);
  }

  boolean running() {
    return process.isAlive();
  }

  /** Waits for the end, but not longer than that; returns whether it has ended. */
  boolean awaitEnd(double seconds) throws InterruptedException {
    return process.waitFor((long) (Math.min(seconds, 1e6) / NS), TimeUnit.NANOSECONDS);
  }

  /** Ends it and all its children; returns how it ended. */
  int kill() throws IOException, InterruptedException {
    endNs = time.nanoTime(); // what follows waits for the last child
    return ended();
  }

  /** After its end: whatever it has left running ends too. Returns how it ended. */
  int ended() throws IOException, InterruptedException {
    endNs = endNs == 0 ? time.nanoTime() : endNs;
    List<Long> left = session.kill();
    if (!left.isEmpty()) {
      throw new DrillException("processes " + left + " of the command cannot be killed");
    }
    return process.waitFor();
  }

  void signal(String name) throws IOException, InterruptedException {
    session.signal(name);
  }

  /** Since it began; until its end. */
  double seconds() {
    return ((endNs == 0 ? time.nanoTime() : endNs) - startNs) * NS;
  }

  long startEpochMs() {
    return startEpochMs;
  }

  /** When it ended; the present while it runs. */
  long endEpochMs() {
    return startEpochMs + Math.round(seconds() * 1000);
  }

  /** The last whole line of its output, empty where there is none. */
  String lastLine() {
    return lastLine(out);
  }

  /** The last line of its error stream that is not part of a stack trace. */
  String lastMessage() {
    return lastLine(err).replaceFirst("^holdfast: ", "");
  }

  private static String lastLine(Path file) {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(TAIL_BYTES, open.length())];
      open.seek(open.length() - tail.length);
      open.readFully(tail);
      String text = new String(tail, StandardCharsets.UTF_8);
      text = text.substring(0, text.lastIndexOf('\n') + 1);
      return text.lines()
          .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
          .reduce("", (before, line) -> line);
    } catch (IOException e) {
      return ""; // what it said is a courtesy
    }
  }
}
