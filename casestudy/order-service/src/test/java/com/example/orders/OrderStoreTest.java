package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OrderStoreTest {
  private final OrderStore store = new OrderStore();

  @Test
  void numbersOrdersOneAfterTheOther() {
    Order first = store.add("shop", "cup", 2, 150);
    Order second = store.add("shop", "cup", 1, 150);
    assertThat(second.id()).isEqualTo(first.id() + 1);
    assertThat(first.total()).isEqualTo(300);
  }

  @Test
  void keepsTheNewest() {
    Order last = null;
    for (int i = 0; i < OrderStore.KEPT * 2; i++) last = store.add("shop", "cup", 1, 1);
    assertThat(store.all()).hasSize(OrderStore.KEPT).endsWith(last);
  }

  @Test
  void refusesAnOrderOfNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> store.add("shop", "cup", 0, 150)).withMessageContaining("quantity");
    assertThatIllegalArgumentException().isThrownBy(() -> store.add(" ", "cup", 1, 150)).withMessageContaining("shop");
  }
}
