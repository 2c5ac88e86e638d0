// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NicenessTest {
  /** The kernel's own word for it: the 19th field, the 16th behind the name in brackets. */
  private static int niceOfThisThread() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }

  private static void add(List<Object> seen) {
    try {
      seen.add(niceOfThisThread());
    } catch (IOException e) {
      seen.add(e);
    }
  }

  @Test
  void set_isForTheThreadAndThoseThatItStarts_andForNoOther() throws Exception {
    int before = niceOfThisThread();
    int nicer = Math.min(Niceness.MAX, before + 7);
    List<Object> seen = new ArrayList<>();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              seen.add(Niceness.set(nicer));
              add(seen);
              Thread child = Thread.ofPlatform().start(() -> add(seen));
              try {
                child.join();
              } catch (InterruptedException e) {
                seen.add(e);
              }
            });
    thread.join();
    assertEquals(List.of(Optional.empty(), nicer, nicer), seen);
    assertEquals(before, niceOfThisThread());
  }

  @Test
  void refusal_leavesTheCallerAsItWas() throws Exception {
    int before = niceOfThisThread();
    assertEquals(Optional.empty(), Niceness.refusal());
    assertEquals(before, niceOfThisThread());
  }
}
