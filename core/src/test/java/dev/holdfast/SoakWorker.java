// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.CheckpointPolicy;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The program that is killed. It checkpoints all the time and tells its parent, over a pipe, what
 * it has restored and which versions were acknowledged; each line is one write. Arguments:
 *
 * <pre>
 * store=DIR out=FILE   where
 * target=N             steps until the job is complete
 * loop=steps|tick      which kind of loop
 * point=NAME:K         stop at the K-th pass of a named point, see HaltingDisk
 * wait=start,end       wait for a line on stdin before opening, before completing
 * interval=MS          work between two checkpoints of the policy; 1 unless said
 * memory=BYTES         memory for the copy of the state
 * </pre>
 */
final class SoakWorker {
  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
  private static final BufferedReader IN =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private final Map<String, String> arguments;
  private final long target;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /**
   * A version that is not acknowledged yet, with the digest of the state just before its capture.
   */
  private record Pending(Version version, long step, String digest) {}

  private SoakWorker(Map<String, String> arguments) {
    this.arguments = arguments;
    this.target = Long.parseLong(arguments.getOrDefault("target", "1000000000"));
  }

  public static void main(String[] args) {
    Map<String, String> arguments = new HashMap<>();
    for (String argument : args) {
      int equals = argument.indexOf('=');
      arguments.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    new SoakWorker(arguments).start();
  }

  private void start() {
    waitFor("start");
    long intervalMs = Long.parseLong(arguments.getOrDefault("interval", "1"));
    Job job =
        Holdfast.job("soak")
            .store(Path.of(arguments.getOrDefault("store", "")))
            .policy(CheckpointPolicy.fixed(Duration.ofMillis(intervalMs)))
            .disk(new HaltingDisk(arguments.getOrDefault("point", "none:0")));
    if (arguments.containsKey("memory")) {
      job.memory(Long.parseLong(arguments.get("memory")));
    }
    job.main(this::run);
  }

  private void run(Holdfast hf) throws IOException {
    SoakMachine machine = new SoakMachine(hf);
    Path file = Path.of(arguments.getOrDefault("out", ""));
    AppendFile out = hf.append(file.toString());
    long step = hf.restore();
    if (step != machine.step()) {
      throw new IllegalStateException("restored step " + step + ", state " + machine.step());
    }
    say("RESTORED " + step + " " + machine.digest() + " " + Files.size(file));
    if (arguments.getOrDefault("loop", "tick").equals("steps")) {
      for (long ignored : hf.steps(target)) {
        atBoundary(hf, machine);
        out.println(machine.advance());
      }
    } else {
      while (machine.step() < target) {
        out.println(machine.advance());
        hf.tick();
        atBoundary(hf, machine);
      }
    }
    pending.forEach(last -> last.version().awaitDurable());
    acknowledge();
    waitFor("end");
  }

  /** Two of three boundaries are left to the policy; of the others one waits, one does not. */
  private void atBoundary(Holdfast hf, SoakMachine machine) {
    acknowledge();
    if (machine.step() % 3 == 0) {
      String digest = machine.digest();
      Version version = hf.checkpoint();
      pending.add(new Pending(version, machine.step(), digest));
      if (machine.step() % 2 == 0) {
        version.awaitDurable();
        acknowledge();
      }
    }
  }

  private void acknowledge() {
    while (!pending.isEmpty() && pending.getFirst().version().state() != Version.State.CAPTURED) {
      Pending done = pending.removeFirst();
      if (done.version().state() == Version.State.DURABLE) {
        say("ACK " + done.version().number() + " " + done.step() + " " + done.digest());
      } else {
        say("FAILED " + done.step());
      }
    }
  }

  private void waitFor(String moment) {
    if (arguments.getOrDefault("wait", "").contains(moment)) {
      say("WAITING " + moment);
      hear();
    }
  }

  /** One line to the parent, in one write. */
  static void say(String line) {
    try {
      OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line from the parent. */
  static void hear() {
    try {
      IN.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
