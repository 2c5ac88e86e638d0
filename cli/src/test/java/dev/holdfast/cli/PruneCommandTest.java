// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Holdfast;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code prune} and {@code pin}, on the store of a job that kept more than it needs. */
final class PruneCommandTest {
  private static final int STEPS = 8;

  @TempDir private Path temp;
  private Path store = Path.of("");

  @BeforeEach
  void makeStore() throws Exception {
    store = temp.toRealPath().resolve("many.holdfast");
    Holdfast.job("many").store(store).keep("50, at most 1GiB").run(this::compute);
  }

  private void compute(Holdfast hf) {
    double[] field = hf.protect("field", new double[200_000]);
    if (field[1] == 0) {
      Arrays.setAll(field, i -> Math.sin(1.0 * i * i)); // nothing that compresses
    }
    for (long step : hf.steps(STEPS)) {
      // The first block has nothing in common with what it was: no version needs the one before.
      Arrays.setAll(field, i -> i < 8192 ? Math.sin((step + 2.0) * i * i + 1) : field[i]);
      hf.checkpoint().awaitDurable();
    }
  }

  private List<Long> versions() {
    String json = Command.run("ls", store, "--json").out();
    List<Long> numbers = new ArrayList<>();
    for (Object version : (List<?>) StrictJson.at(json, "versions")) {
      numbers.add((Long) ((Map<?, ?>) version).get("number"));
    }
    return numbers;
  }

  @Test
  void prune_withoutRules_goesByThoseOfTheJob() {
    Command.Result result = Command.run("prune", store);
    result.mustBeDone();
    result.mustSay("keep last 50, at most 1GiB", "would go: 0 versions", "the newest; every block");
  }

  @Test
  void prune_recordOfTheAttemptLost_goesByTheRulesThatVersionsRepeat() throws Exception {
    Files.delete(store.resolve("log/0000000000000001.hf"));
    Command.Result result = Command.run("prune", store);
    assertEquals(ExitCode.DAMAGE, result.code(), result::toString);
    result.mustSay("keep last 50, at most 1GiB", "would go: 0 versions");
    assertTrue(result.err().contains("1.hf is missing"), result::toString);
  }

  @Test
  void prune_noVersionUsable_exits4() throws Exception {
    String json = Command.run("ls", store, "--json").out();
    for (Object version : (List<?>) StrictJson.at(json, "versions")) {
      if (Objects.equals(((Map<?, ?>) version).get("kind"), "full")) {
        long full = (Long) Objects.requireNonNull(((Map<?, ?>) version).get("number"));
        Files.delete(store.resolve("log").resolve(String.format("%016x.hf", full)));
      }
    }
    List<Long> before = versions();
    Command.Result left = Command.run("ls", store);
    assertEquals(ExitCode.NO_VERSION, left.code(), left::toString);
    left.mustSay("not to be restored without what is damaged or missing: version ");
    Command.Result none = Command.run("prune", store, "--keep", "1", "--apply");
    assertEquals(ExitCode.NO_VERSION, none.code(), none::toString);
    assertTrue(none.err().contains("no version is usable, so none is deleted"), none::toString);
    assertEquals(before, versions());
  }

  @Test
  void prune_recordOfTheAttemptDamaged_deletesNothing() throws Exception {
    SmallStore.damage(store.resolve("log/0000000000000001.hf"), 514);
    List<Long> before = versions();
    Command.run("prune", store, "--keep", "1", "--apply")
        .mustFail(ExitCode.DAMAGE, "0000000000000001.hf", "none is deleted");
    assertEquals(before, versions());
  }

  @Test
  void prune_showsThePlan_andDeletesOnlyWithApply() {
    List<Long> before = versions();
    assertEquals(STEPS + 1, before.size(), "one when all steps were done");
    Command.Result plan = Command.run("prune", store, "--keep", "1");
    plan.mustBeDone();
    plan.mustSay("goes", "stays: shares no file with the newest", "add --apply", "needs it");
    assertEquals(before, versions());

    String json = Command.run("prune", store, "--keep", "1", "--json").out();
    assertEquals("holdfast.prune/1", StrictJson.at(json, "schema"));
    assertEquals(false, StrictJson.at(json, "applied"));
    long freed = (Long) StrictJson.at(json, "freed_bytes");
    assertTrue(freed > 0, json);
    assertEquals("newest", StrictJson.at(json, "stays", -1, "why"));

    Command.Result done = Command.run("prune", store, "--keep", "1", "--apply", "--json");
    done.mustBeDone();
    assertEquals(true, StrictJson.at(done.out(), "applied"));
    assertEquals(freed, StrictJson.at(done.out(), "freed_bytes"));
    assertEquals(
        before.size() - ((List<?>) StrictJson.at(done.out(), "goes")).size(), versions().size());
    Command.run("verify", store).mustBeDone();
    Command.run("prune", store, "--keep", "1", "--apply").mustSay("deleted: 0 versions");
  }

  @Test
  void pin_keepsAVersion_andIsShownByLs() {
    List<Long> before = versions();
    long pinned = before.get(4);
    Command.run("pin", store + "@" + pinned).mustBeDone();
    Command.run("ls", store).mustSay(", pinned");
    Command.run("prune", store, "--keep", "1", "--apply").mustSay("stays: pinned");
    assertTrue(versions().contains(pinned));
    Command.run("pin", "--remove", store + "@" + pinned).mustBeDone();
    Command.run("pin", "--remove", store + "@" + pinned)
        .mustFail(ExitCode.NO_VERSION, "is not pinned");
    Command.run("pin", store + "@newest").mustSay("is pinned");
    Command.run("pin", store + "@4711").mustFail(ExitCode.NO_VERSION, "4711");
    Command.run("verify", store).mustBeDone();
  }

  @Test
  void prune_damagedRecord_isRefused() throws Exception {
    List<Long> before = versions();
    SmallStore.damage(store.resolve("log").resolve(String.format("%016x.hf", before.get(2))), 40);
    Command.run("prune", store, "--keep", "1", "--apply")
        .mustFail(ExitCode.DAMAGE, "may refer to any version", "holdfast verify");
    assertEquals(before.size() - 1, versions().size());
  }

  @Test
  void prune_besideARunningJob_letsItGoOn() throws Exception {
    Path running = temp.toRealPath().resolve("running.holdfast");
    Holdfast.job("running")
        .store(running)
        .keep(50)
        .run(hf -> {
          double[] field = hf.protect("field", new double[200_000]);
          for (long step : hf.steps(STEPS)) {
            if (step == 0) {
              Command.run("prune", running, "--keep", "1", "--apply")
                  .mustFail(ExitCode.HELD, "after its first version");
            }
            field[(int) step * 20_000] = step + 1;
            hf.checkpoint().awaitDurable();
            if (step == STEPS - 2) {
              Command.Result done = Command.run("prune", running, "--keep", "1", "--apply");
              done.mustBeDone();
              assertFalse(done.out().contains("deleted: 0 versions"), done::toString);
            }
          }
        });
    Command.run("verify", running).mustBeDone();
  }
}
