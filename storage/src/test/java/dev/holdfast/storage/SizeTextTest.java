// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1024, 1.00 KiB",
    "67108864, 64.0 MiB",
    "2147483648, 2.00 GiB"
  })
  void size_hasThreeDigits(long bytes, String text) {
    assertEquals(text, SizeText.of(bytes));
  }
}
