// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreRefusedException;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.StoredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is done to a store's files, its commands and the job say the same of it: what {@code
 * verify} finds in records, {@code ls} and {@code status} find, and all agree whether there is
 * something to restart from, and what. Stores of finished jobs, of jobs that were killed once or
 * several times, and of one that was killed before its first version.
 */
final class CommandsAgreeTest {
  /** Cases of each run; more are a matter of time alone. */
  private static final int CASES =
      Integer.getInteger(
          "holdfast.agree.cases", Boolean.getBoolean("holdfast.soak") ? 20_000 : 200);

  /** The steps at which the attempts of each store were killed; the last step is completion. */
  private static final List<List<Integer>> HISTORIES =
      List.of(
          List.of(0),
          List.of(1),
          List.of(1, 1, 3),
          List.of(5, 6, 7),
          List.of(HaltedJob.STEPS),
          List.of(5, 11, HaltedJob.STEPS));

  /** Stands for a number where a restart is refused. */
  private static final long REFUSED = -1;

  @TempDir private Path temp;

  @Test
  void commandsAndJob_afterAnyDamage_agree() throws Exception {
    long first = Long.getLong("holdfast.agree.seed", System.nanoTime() & 0xffff_ffffL);
    List<SmallStore> stores = new ArrayList<>();
    for (List<Integer> history : HISTORIES) {
      stores.add(make(Files.createDirectory(temp.resolve("base" + stores.size())), history));
    }
    for (long seed = first; seed < first + CASES; seed++) {
      Random random = new Random(seed);
      Path folder = Files.createDirectory(temp.resolve("case" + seed));
      SmallStore base = stores.get(random.nextInt(stores.size()));
      Path foreign = stores.get(random.nextInt(stores.size())).path();
      Path store = base.copyTo(folder).path();
      Harm harm = new Harm(store, foreign, random);
      for (int left = 1 + random.nextInt(3); left > 0; left--) {
        harm.inflict();
      }
      String replay =
          "replay with JVM_ARGS=\"-Dholdfast.agree.cases=1 -Dholdfast.agree.seed="
              + seed
              + "\": "
              + harm.done();
      check(store, replay);
    }
  }

  private static void check(Path store, String replay) {
    Command.Result verified = Command.run("verify", store, "--depth=graph");
    Command.Result listed = Command.run("ls", store);
    Command.Result told = Command.run("status", store);
    String all = replay + "\nverify " + verified + "\nls " + listed + "\nstatus " + told;
    assertFalse(all.contains("\tat ") || all.contains("please report"), all);
    assertEquals(listed.code(), told.code(), all);
    boolean beside = // the records, where ls and status do not look
        verified.code() == ExitCode.DAMAGE
            && verified.out().lines().noneMatch(line -> line.startsWith("damaged: log"));
    assertEquals(beside ? ExitCode.DONE : verified.code(), listed.code(), all);
    if (verified.code() != ExitCode.IO_ERROR) {
      assertEquals(newest(store, verified), restart(store), all);
    }
  }

  /** What verify says can be restarted from, 0 for nothing. */
  private static long newest(Path store, Command.Result verified) {
    if (verified.err().contains("is not there, or has no version yet")) {
      return 0; // all that made the folder a store is gone
    }
    if (verified.code() == ExitCode.NO_VERSION) {
      return REFUSED;
    }
    String json = Command.run("verify", store, "--depth=graph", "--json").out();
    List<?> usable = (List<?>) StrictJson.at(json, "usable");
    return usable.isEmpty() ? 0 : (Long) usable.getLast();
  }

  /** What the next attempt goes on from. */
  private static long restart(Path store) {
    try (StoreWriter writer = StoreWriter.open(store, takingOver());
        StoredVersion version = writer.newest().orElse(null)) {
      return version == null ? 0 : version.number();
    } catch (NoUsableVersionException | StoreRefusedException e) {
      return REFUSED;
    } catch (StoreIoException e) {
      throw new AssertionError("what verify could read, a job could not", e);
    }
  }

  private static StoreOptions takingOver() {
    StoreOptions usual = StoreOptions.defaults();
    return new StoreOptions(
        usual.disk(),
        usual.time(),
        usual.access(),
        usual.keep(),
        usual.spare(),
        usual.compression(),
        usual.writerThreads(),
        usual.maxFileAge(),
        false,
        false,
        true,
        usual.previousEndEpochMs(),
        usual.keys(),
        usual.environment(),
        usual.tell(),
        usual.stopAsked());
  }

  private static SmallStore make(Path folder, List<Integer> history)
      throws IOException, InterruptedException {
    for (int end : history) {
      ProcessBuilder job =
          new ProcessBuilder(
              DrillPrograms.java(
                  HaltedJob.class.getName(), folder.toString(), Integer.toString(end)));
      job.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST"));
      Command.Result result = Command.finish(job.redirectErrorStream(true).start());
      assertEquals(end == HaltedJob.STEPS ? 0 : HaltedJob.KILLED, result.code(), result::toString);
    }
    return new SmallStore(folder.resolve(HaltedJob.STORE));
  }
}
