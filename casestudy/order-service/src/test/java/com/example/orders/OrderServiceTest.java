package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.HttpStatus;

/** The whole service over HTTP; without the rehearsed fault, so that a bad release still builds. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {"release.version=0.0.1-test", "release.fault=none", "orders.greeting=ahoy"})
class OrderServiceTest {
  @Autowired TestRestTemplate http;

  @Test
  void listsWhatWasCreated() {
    var created = http.postForEntity("/api/orders",
        Map.of("shop", "Pier 3", "item", "rope", "quantity", 3, "unitPrice", 990), Order.class);
    assertThat(created.getStatusCode()).isEqualTo(HttpStatus.CREATED);
    assertThat(http.getForObject("/api/orders", OrderController.Orders.class).orders()).contains(created.getBody());
  }

  @Test
  void refusesABadOrderWithASentence() {
    var refused = http.postForEntity("/api/orders", Map.of("shop", "Pier 3", "item", "rope", "quantity", 0), Map.class);
    assertThat(refused.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
    assertThat(refused.getBody().get("error")).isEqualTo("quantity: expected 1 or more, got 0");
  }

  @Test
  void saysItsVersionAndGreeting() {
    var version = http.getForObject("/api/version", VersionController.Version.class);
    assertThat(version.version()).isEqualTo("0.0.1-test");
    assertThat(version.greeting()).isEqualTo("ahoy");
  }

  @Test
  void isReadyAndLive() {
    assertThat(http.getForEntity("/actuator/health/readiness", Map.class).getBody()).containsEntry("status", "UP");
    assertThat(http.getForEntity("/actuator/health/liveness", Map.class).getBody()).containsEntry("status", "UP");
  }

  @Test
  void worksNoLongerThanAsked() {
    assertThat(http.getForObject("/api/work?ms=5", Map.class)).containsEntry("ms", 5);
  }
}
