// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WriterThreadTest {
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  private void awaitEnd() {
    Uninterrupted.until(() -> mayEnd.getCount() == 0, mayEnd::await);
  }

  @Test
  void start_resultIsKnownBeforeWhatComesAfterwards_andTheNextTaskWaitsForThat() {
    try (WriterThread thread = new WriterThread(0)) {
      CompletableFuture<String> first = thread.start(() -> "durable", this::awaitEnd);
      assertEquals("durable", first.join());
      CompletableFuture<String> next = thread.start(() -> "next");
      assertFalse(next.isDone());
      mayEnd.countDown();
      assertEquals("next", next.join());
    }
  }

  @Test
  void start_taskFails_whatComesAfterwardsIsDoneAllTheSame() {
    try (WriterThread thread = new WriterThread(0)) {
      CompletableFuture<String> failed =
          thread.start(
              () -> {
                throw new IllegalStateException("no");
              },
              mayEnd::countDown);
      assertThrows(CompletionException.class, failed::join);
      awaitEnd();
    }
  }
}
