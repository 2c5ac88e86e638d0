// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.StopRequest;
import dev.holdfast.storage.io.Disk;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code stop}, and what it comes to in a process of its own. */
@Execution(ExecutionMode.CONCURRENT)
final class StopCommandTest {
  @TempDir private Path temp;

  private Path store() throws Exception {
    return temp.toRealPath().resolve("obedient.holdfast");
  }

  @Test
  void stop_runningJob_endsItAtADurableVersion() throws Exception {
    try (ObedientChild child = new ObedientChild(store(), Map.of())) {
      child.tell("step", "version");
      CompletableFuture<Integer> end = child.stepUntilItEnds();
      Command.Result result = Command.run("stop", store(), "--wait");
      result.mustBeDone();
      result.mustSay("asked obedient to stop: running on ", " as process " + child.pid());
      result.mustSay("obedient has stopped at step ", "run it again to go on");
      assertEquals(75, end.get());
    }
    Command.Result after = Command.run("status", store());
    after.mustSay("obedient: stopped at step ", "with holdfast stop");
    assertTrue(StopRequest.find(store(), Disk.local()).isEmpty(), "it was heard");
  }

  @Test
  void stop_withoutWaiting_leavesARequestForTheAttempt_andOfAKilledJobNothing() throws Exception {
    try (ObedientChild child = new ObedientChild(store(), Map.of())) {
      child.tell("step");
      Command.Result asked = Command.run("stop", store());
      asked.mustBeDone();
      asked.mustSay("hears within some 10 s", "see: holdfast status " + store() + " --watch");
      child.kill();
    }
    assertEquals(1, StopRequest.find(store(), Disk.local()).orElseThrow().attempt());
    Command.Result killed = Command.run("stop", store(), "--wait=1h");
    killed.mustBeDone();
    killed.mustSay("nothing to stop: obedient: ended without a word", "nobody holds it");
  }

  @Test
  void stop_jobThatDoesNotEndInTime_exits1AndSaysWhatToDo() throws Exception {
    try (ObedientChild child = new ObedientChild(store(), Map.of())) {
      child.tell("step");
      Command.Result result = Command.run("stop", store(), "--wait=100ms");
      assertEquals(ExitCode.FAILED, result.code(), result::toString);
      result.mustSay("it has not ended within 100 ms", "holdfast status " + store());
    }
  }

  @Test
  void stop_completeJob_isLeftAsItIs() throws Exception {
    SmallStore small = SmallStore.make(temp.toRealPath());
    Command.Result result = Command.run("stop", small.path());
    result.mustBeDone();
    result.mustSay("nothing to stop: small: complete at step 3");
    assertTrue(StopRequest.find(small.path(), Disk.local()).isEmpty());
  }

  @Test
  void stop_badInput_isRefused() throws Exception {
    Command.run("stop", store()).mustFail(ExitCode.NO_VERSION, "there is no such store");
    Command.run("stop").mustFail(ExitCode.USAGE, "STORE");
    Command.run("stop", store(), "--wait=10").mustFail(ExitCode.USAGE, "has no unit");
    Command.run("stop", store(), "--wait=0s").mustFail(ExitCode.USAGE, "more than 0");
    Command.run("stop", store() + "@3").mustFail(ExitCode.USAGE, "leave @VERSION out");
  }
}
